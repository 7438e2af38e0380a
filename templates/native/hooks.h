// Force-included into every file of a simulation: what Verilator would print or abort on is kept for TypeScript instead.
#pragma once

/** Receives what $display, $error and Verilator's own messages print; appended to the running simulation's log. */
int systole_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));

#define VL_PRINTF systole_printf
#define VL_USER_FINISH 1
#define VL_USER_STOP 1
#define VL_USER_FATAL 1

// What a simulation shares with the TypeScript side whatever the design: its log, and why it stopped.
#pragma once
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include "verilated.h"

namespace systole {

/** Why a native call returned before it had done what was asked; the values are known to native.ts. */
enum class Status : int { ok = 0, irq = 1, quiet = 2, violation = 3, finished = 4, stopped = 5 };

/** Thrown out of a model that cannot go on (a combinational loop that does not settle). */
struct Fatal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/** The log and the stop state of one simulation. */
struct Host {
    static constexpr size_t maxLogBytes = 1 << 20;
    std::string log;
    bool finished = false;  // $finish
    bool stopped = false;   // $stop, $fatal, a failed assertion

    void print(const char* text) {
        if (log.size() < maxLogBytes) log += text;
    }
    Status status() const { return stopped ? Status::stopped : finished ? Status::finished : Status::ok; }
};

/** The simulation whose model is being evaluated in this thread: Verilator's callbacks carry no pointer of ours. */
inline thread_local Host* current = nullptr;

}  // namespace systole

int systole_printf(const char* format, ...) {
    char buffer[4096];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (systole::current != nullptr) systole::current->print(buffer);
    return length;
}

void vl_finish(const char*, int, const char*) VL_MT_UNSAFE {
    if (systole::current != nullptr) systole::current->finished = true;
}

void vl_stop(const char* file, int line, const char*) VL_MT_UNSAFE {
    systole_printf("stopped at %s:%d\n", file, line);
    if (systole::current != nullptr) systole::current->stopped = true;
}

void vl_fatal(const char* file, int line, const char*, const char* message) VL_MT_UNSAFE {
    systole_printf("%s:%d: %s\n", file, line, message);
    throw systole::Fatal(message);
}

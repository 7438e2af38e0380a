// What every translation unit of a simulation includes first; kept precompiled where the compiler is clang.
#pragma once
#include "hooks.h"

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include <node_api.h>
#include "verilated.h"

namespace systole {
/** The inputs, but for the clock, are those of the evaluation before: read by the model (settled-inputs.ts). */
inline bool inputsSettled = false;
}  // namespace systole

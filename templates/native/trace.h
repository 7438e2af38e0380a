// What the trace ports of an accelerator's engines tell, kept as events: one for each engine and cycle in which something changes.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace systole {

/** What one engine's trace port says in one cycle. */
struct TraceSample {
    bool enqueue, start, retire, busy, memoryWait, head, active;
    uint32_t startIndex, retireIndex, missing;
};

/** A sample worth keeping, and the engine's counts up to this cycle, not included. */
struct EngineEvent {
    static constexpr int fields = 9;
    uint64_t cycle;
    uint32_t engine, flags, startIndex, retireIndex, missing;
    uint64_t memoryWait, active;
    int64_t lastActive;
};

/** Bits of EngineEvent::flags. */
enum EventFlag : uint32_t { flagBusy = 1, flagHead = 2, flagEnqueue = 4, flagStart = 8, flagRetire = 16 };

/** Watches the trace ports of `engines` engines. */
template <size_t engines>
class Trace {
  public:
    static constexpr uint32_t windowCycles = 64;

    void sample(size_t engine, uint64_t cycle, const TraceSample& s) {
        Watch& w = watches_[engine];
        const uint32_t level = (s.busy ? flagBusy : 0u) | (s.head ? flagHead : 0u);
        const uint32_t pulse = (s.enqueue ? flagEnqueue : 0u) | (s.start ? flagStart : 0u) | (s.retire ? flagRetire : 0u);
        // The cycle after a retirement begins the next command's time, and the first activity after a start is told too.
        if (pulse != 0 || level != w.level || s.missing != w.missing || w.retired || (s.active && w.awaited)) {
            events_.push_back({cycle, static_cast<uint32_t>(engine), level | pulse, s.startIndex, s.retireIndex, s.missing, w.memoryWait,
                               w.active, w.lastActive});
            w.level = level;
            w.missing = s.missing;
            w.retired = s.retire;
            w.awaited = (w.awaited && !s.active) || s.start;
        }
        w.memoryWait += s.memoryWait;
        w.active += s.active;
        w.window += s.active;
        if (s.active) w.lastActive = static_cast<int64_t>(cycle);
    }

    /** To be called once a cycle, after all engines' samples. */
    void endCycle() {
        if (++windowAge_ < windowCycles) return;
        windowAge_ = 0;
        for (Watch& w : watches_) {
            windows_.push_back(w.window);
            w.window = 0;
        }
    }

    /** Writes up to `room` events, `EngineEvent::fields` numbers each, and forgets them; returns how many. */
    size_t takeEvents(double* to, size_t room) {
        const size_t count = std::min(room, events_.size() - taken_);
        for (size_t i = 0; i < count; ++i) {
            const EngineEvent& e = events_[taken_ + i];
            for (const double value :
                 {static_cast<double>(e.engine), static_cast<double>(e.flags), static_cast<double>(e.cycle), static_cast<double>(e.startIndex),
                  static_cast<double>(e.retireIndex), static_cast<double>(e.missing), static_cast<double>(e.memoryWait),
                  static_cast<double>(e.active), static_cast<double>(e.lastActive)})
                *to++ = value;
        }
        taken_ += count;
        if (taken_ == events_.size()) {
            events_.clear();
            taken_ = 0;
        }
        return count;
    }

    /** Bytes of the full windows: [window][engine], active cycles. */
    size_t windowBytes() const { return windows_.size(); }

    /** Copies the full windows and begins a new one with the next cycle. */
    void takeWindows(uint8_t* to) {
        std::copy(windows_.begin(), windows_.end(), to);
        windows_.clear();
        windowAge_ = 0;
        for (Watch& w : watches_) w.window = 0;
    }

  private:
    struct Watch {
        uint64_t memoryWait = 0, active = 0;
        int64_t lastActive = -1;
        uint32_t level = 0, missing = 0;
        bool retired = false, awaited = false;
        uint8_t window = 0;
    };

    Watch watches_[engines];
    std::vector<EngineEvent> events_;
    size_t taken_ = 0;
    std::vector<uint8_t> windows_;
    uint32_t windowAge_ = 0;
};

}  // namespace systole

// A waveform file written over a window of cycles. Compiled in only when the build asks for VCD or FST.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#if defined(SYSTOLE_WAVE_VCD)
#include "verilated_vcd_c.h"
using SystoleWaveFile = VerilatedVcdC;
#elif defined(SYSTOLE_WAVE_FST)
#include "verilated_fst_c.h"
using SystoleWaveFile = VerilatedFstC;
#endif

namespace systole {

#if defined(SYSTOLE_WAVE_VCD) || defined(SYSTOLE_WAVE_FST)
template <class Model>
class Wave {
  public:
    static constexpr bool available = true;

    /** Dumps cycles [from, to); `scope` is an instance path with spaces between, "" for all; `depth` 0: all levels below it. */
    void open(Model& model, const std::string& file, uint64_t from, uint64_t to, const std::string& scope, int depth) {
        m_from = from;
        m_to = to;
        m_file = std::make_unique<SystoleWaveFile>();
        model.trace(m_file.get(), 99);
        if (!scope.empty()) m_file->dumpvars(depth > 0 ? depth : 999, scope);
        m_file->open(file.c_str());
    }
    /** Records the model's present state at `time`; ten units a cycle, the rising edge in their middle. */
    void record(uint64_t cycle, uint64_t time) {
        if (m_file && cycle >= m_from && cycle < m_to) m_file->dump(time);
    }
    void close() {
        if (m_file) m_file->close();
        m_file.reset();
    }
    void flush() {
        if (m_file) m_file->flush();
    }
    ~Wave() { close(); }

  private:
    std::unique_ptr<SystoleWaveFile> m_file;
    uint64_t m_from = 0, m_to = 0;
};
#else
template <class Model>
class Wave {
  public:
    static constexpr bool available = false;
    void open(Model&, const std::string&, uint64_t, uint64_t, const std::string&, int) {}
    void record(uint64_t, uint64_t) {}
    void close() {}
    void flush() {}
};
#endif

}  // namespace systole

// The host's side of an AXI4-Lite port: one register access at a time, taken by the clock loop.
#pragma once
#include <cstdint>
#include <vector>
#include "axi-types.h"

namespace systole {

class AxiLite {
  public:
    /** Which channel of a write goes first, and how long a response is left waiting: variety for the design's sake. */
    enum class WriteOrder { together, addressFirst, dataFirst };
    WriteOrder order = WriteOrder::together;
    uint64_t responseDelay = 0;

    // The design's outputs, copied from the settled design.
    bool awreadyIn = false, wreadyIn = false, bvalidIn = false, arreadyIn = false, rvalidIn = false;
    uint8_t brespIn = 0, rrespIn = 0;
    uint32_t rdataIn = 0;
    // The host's outputs.
    bool awvalid = false, wvalid = false, bready = false, arvalid = false, rready = false;
    uint32_t address = 0, data = 0;

    std::vector<ViolationRecord> violations;

    void write(uint32_t registerAddress, uint32_t value) {
        address = registerAddress;
        data = value;
        m_state = State::write;
        m_addressTaken = m_dataTaken = false;
        m_waited = 0;
    }
    void read(uint32_t registerAddress) {
        address = registerAddress;
        m_state = State::read;
        m_addressTaken = false;
        m_waited = 0;
    }
    bool idle() const { return m_state == State::idle; }
    uint32_t value() const { return m_value; }
    uint8_t response() const { return m_response; }
    /** Gives up an access that the design never answers. */
    void abandon() { m_state = State::idle; }

    void drive() {
        const bool writing = m_state == State::write;
        const bool reading = m_state == State::read;
        awvalid = writing && !m_addressTaken && (order != WriteOrder::dataFirst || m_dataTaken);
        wvalid = writing && !m_dataTaken && (order != WriteOrder::addressFirst || m_addressTaken);
        arvalid = reading && !m_addressTaken;
        const bool responseDue = m_addressTaken && m_waited >= responseDelay;
        bready = writing && m_dataTaken && responseDue;
        rready = reading && responseDue;
        if (m_addressTaken && (m_dataTaken || reading)) ++m_waited;
    }

    void sample(uint64_t cycle) {
        // A response needs its request to have been taken in an earlier cycle.
        if (bvalidIn && !(m_state == State::write && m_addressTaken && m_dataTaken)) unexpected(Violation::liteUnexpectedWriteResponse, cycle);
        if (rvalidIn && !(m_state == State::read && m_addressTaken)) unexpected(Violation::liteUnexpectedReadData, cycle);
        if (awvalid && awreadyIn) m_addressTaken = true;
        if (arvalid && arreadyIn) m_addressTaken = true;
        if (wvalid && wreadyIn) m_dataTaken = true;
        if (bready && bvalidIn) {
            m_response = brespIn;
            m_state = State::idle;
        }
        if (rready && rvalidIn) {
            m_response = rrespIn;
            m_value = rdataIn;
            m_state = State::idle;
        }
    }

  private:
    enum class State { idle, write, read };
    State m_state = State::idle;
    bool m_addressTaken = false, m_dataTaken = false;
    uint64_t m_waited = 0;
    uint32_t m_value = 0;
    uint8_t m_response = 0;

    void unexpected(Violation code, uint64_t cycle) {
        if (violations.empty()) violations.push_back({code, cycle, address, 0});
    }
};

}  // namespace systole

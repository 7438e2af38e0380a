// A memory behind an AXI4 port: the slave side of one master, with latency, bandwidth, stalls, errors and protocol checks.
//
// Each clock cycle has two calls: drive() sets what the slave offers, from registered state only; sample() looks at both
// sides once the design has settled and takes the handshakes. All counts are cycles since the simulation's start.
//
// Visibility: a write reaches the image when its response is offered, not when its data are taken, and a read looks at
// the image when its beat is offered. A design that does not wait for its write responses reads stale data, as it could
// in a real system.
#pragma once
#include <algorithm>
#include <cstring>
#include <deque>
#include "axi-types.h"

namespace systole {

template <unsigned BeatBytes>
class AxiMemory {
  public:
    static constexpr uint8_t idleData = 0xa5;   // what the bus shows between beats
    static constexpr uint8_t errorData = 0xee;  // what an erroneous read returns
    static constexpr size_t maxViolations = 16;

    SlavePins<BeatBytes> slave;
    MasterPins master;
    MemoryStatistics statistics;
    std::vector<ViolationRecord> violations;

    explicit AxiMemory(const MemoryConfig& config) : m_config(config), m_random(config.seed * 2654435761u + 88172645463325252ull) {
        for (const uint32_t stall : config.stall) m_stalls |= stall != 0;
        m_readCap = config.readRate + (uint64_t{BeatBytes} << 16);
        m_writeCap = config.writeRate + (uint64_t{BeatBytes} << 16);
    }

    /** Reads or writes still under way. */
    bool busy() const { return !m_reads.empty() || !m_writes.empty(); }

    /** Forgets what is under way; the counts and the image stay. */
    void reset() {
        m_reads.clear();
        m_writes.clear();
        m_filling = 0;
        m_midBurst = m_readHeld = m_responseHeld = m_arWaiting = m_awWaiting = m_wWaiting = false;
    }

    void drive(uint64_t cycle) {
        m_readTokens = std::min(m_readTokens + m_config.readRate, m_readCap);
        m_writeTokens = std::min(m_writeTokens + m_config.writeRate, m_writeCap);
        slave.rdataChanged = false;
        slave.arready = m_reads.size() < m_config.maxReads && !stalled(AR);
        slave.awready = m_writes.size() < m_config.maxWrites && !stalled(AW);
        slave.wready = m_filling < m_writes.size() && enoughTokens(m_config.writeRate, m_writeTokens) && !stalled(W);
        if (!m_readHeld) offerRead(cycle);
        if (!m_responseHeld) offerResponse(cycle);
    }

    void sample(uint64_t cycle) {
        sampleRead(cycle);
        sampleWrite(cycle);
    }

  private:
    struct ReadBurst {
        uint64_t address, ready;
        uint32_t id;
        uint16_t beats, done;
        uint8_t size;
    };
    struct WriteBurst {
        uint64_t address, ready;
        uint32_t id;
        uint16_t beats, done;
        uint8_t size, response;
        std::vector<uint8_t> data;      // BeatBytes a beat
        std::vector<uint64_t> strobes;  // one a beat
    };

    MemoryConfig m_config;
    uint64_t m_random;
    bool m_stalls = false;
    uint64_t m_readTokens = 0, m_writeTokens = 0, m_readCap, m_writeCap;
    std::deque<ReadBurst> m_reads;
    size_t m_offered = 0;  // index of the burst whose beat is on the bus
    bool m_midBurst = false, m_readHeld = false, m_responseHeld = false;
    uint64_t m_readBeatsOffered = 0, m_writeBeatsTaken = 0;
    std::deque<WriteBurst> m_writes;
    size_t m_filling = 0;   // index of the burst that takes the next write beat
    size_t m_answered = 0;  // index of the burst whose response is on the bus
    MasterPins m_before;    // last cycle's pins, for the stability rules
    bool m_arWaiting = false, m_awWaiting = false, m_wWaiting = false;
    uint8_t m_wdataBefore[BeatBytes] = {};

    uint64_t random() {
        m_random ^= m_random << 13;
        m_random ^= m_random >> 7;
        m_random ^= m_random << 17;
        return m_random * 0x2545f4914f6cdd1dull;
    }
    bool stalled(Channel channel) {
        return m_stalls && m_config.stall[channel] != 0 && static_cast<uint32_t>(random() >> 32) < m_config.stall[channel];
    }
    static bool enoughTokens(uint64_t rate, uint64_t tokens) { return rate == 0 || tokens >= (uint64_t{BeatBytes} << 16); }
    void violate(Violation code, uint64_t cycle, uint64_t address, uint64_t detail = 0) {
        if (violations.size() < maxViolations) violations.push_back({code, cycle, address, detail});
    }
    bool inside(uint64_t address, uint64_t bytes) const {
        return address >= m_config.base && bytes <= m_config.size && address - m_config.base <= m_config.size - bytes;
    }
    uint8_t injected(bool write, uint64_t beat, uint64_t address) const {
        for (const Fault& fault : m_config.faults) {
            if (fault.write != write) continue;
            const bool hit = fault.beat != UINT64_MAX ? fault.beat == beat : address >= fault.from && address < fault.to;
            if (hit) return fault.response;
        }
        return 0;
    }

    /** Index of a burst that may answer now, or -1: its first of the same id, picked as the configured order says. */
    template <class Burst, class MayAnswer>
    ptrdiff_t pick(const std::deque<Burst>& bursts, MayAnswer mayAnswer) {
        if (bursts.empty()) return -1;
        if (m_config.order == Order::inOrder) return mayAnswer(bursts.front()) ? 0 : -1;
        ptrdiff_t chosen = -1;
        uint64_t candidates = 0;
        for (size_t i = 0; i < bursts.size(); ++i) {
            bool first = true;
            for (size_t j = 0; j < i && first; ++j) first = bursts[j].id != bursts[i].id;
            // Reservoir sampling: each candidate is chosen with the same probability.
            if (first && mayAnswer(bursts[i]) && random() % ++candidates == 0) chosen = static_cast<ptrdiff_t>(i);
        }
        return chosen;
    }

    void offerRead(uint64_t cycle) {
        const bool wasValid = slave.rvalid;
        slave.rvalid = false;
        if (!m_reads.empty() && enoughTokens(m_config.readRate, m_readTokens) && !stalled(R)) {
            const bool stay = m_midBurst && m_config.order != Order::interleave;
            const ptrdiff_t index =
                stay ? static_cast<ptrdiff_t>(m_offered) : pick(m_reads, [&](const ReadBurst& burst) { return burst.ready <= cycle; });
            if (index >= 0) {
                m_offered = static_cast<size_t>(index);
                putReadBeat(m_reads[m_offered]);
                return;
            }
        }
        if (wasValid) {
            // Between beats the bus shows neither the old beat nor its flags, so that a design that looks is caught.
            std::memset(slave.rdata, idleData, BeatBytes);
            slave.rdataChanged = true;
            slave.rlast = true;
            slave.rresp = 3;
        }
    }

    void putReadBeat(ReadBurst& burst) {
        const uint64_t address = burst.address + (uint64_t{burst.done} << burst.size);
        const uint64_t word = address & ~uint64_t{BeatBytes - 1};
        uint8_t response = injected(false, m_readBeatsOffered++, address);
        if (response == 0 && !inside(address, uint64_t{1} << burst.size)) response = 3;
        if (response != 0) {
            std::memset(slave.rdata, errorData, BeatBytes);
            ++statistics.readErrors;
        } else {
            copyWord(word);
        }
        slave.rdataChanged = true;
        slave.rvalid = true;
        slave.rid = burst.id;
        slave.rresp = response;
        slave.rlast = ++burst.done == burst.beats;
        m_midBurst = !slave.rlast;
        m_readTokens -= std::min(m_readTokens, uint64_t{BeatBytes} << 16);
    }

    /** The bus word at `word`; bytes of it that lie outside the image read as idle data. */
    void copyWord(uint64_t word) {
        if (inside(word, BeatBytes)) {
            std::memcpy(slave.rdata, m_config.image + (word - m_config.base), BeatBytes);
            return;
        }
        for (unsigned i = 0; i < BeatBytes; ++i) slave.rdata[i] = inside(word + i, 1) ? m_config.image[word + i - m_config.base] : idleData;
    }

    void sampleRead(uint64_t cycle) {
        if (m_arWaiting && (!master.arvalid || master.araddr != m_before.araddr || master.arid != m_before.arid ||
                            master.arlen != m_before.arlen || master.arsize != m_before.arsize || master.arburst != m_before.arburst))
            violate(Violation::readAddressUnstable, cycle, m_before.araddr);
        m_arWaiting = master.arvalid && !slave.arready;
        if (m_arWaiting) {
            ++statistics.readAddressHeld;
            m_before.araddr = master.araddr, m_before.arid = master.arid, m_before.arlen = master.arlen;
            m_before.arsize = master.arsize, m_before.arburst = master.arburst;
        }
        m_readHeld = slave.rvalid && !master.rready;
        if (m_readHeld) ++statistics.readHeld;
        if (slave.rvalid && master.rready) {
            const ReadBurst& burst = m_reads[m_offered];
            ++statistics.readBeats;
            statistics.readBytes += uint64_t{1} << burst.size;
            statistics.lastReadCycle = statistics.lastActivity = cycle;
            if (slave.rlast) m_reads.erase(m_reads.begin() + static_cast<ptrdiff_t>(m_offered));
        }
        if (master.arvalid && slave.arready) acceptRead(cycle);
    }

    void acceptRead(uint64_t cycle) {
        const uint64_t bytes = (uint64_t{master.arlen} + 1) << master.arsize;
        if ((1u << master.arsize) > BeatBytes) violate(Violation::readSize, cycle, master.araddr, master.arsize);
        if (master.arburst != 1) violate(Violation::readBurstType, cycle, master.araddr, master.arburst);
        if (master.araddr & ((uint64_t{1} << master.arsize) - 1)) violate(Violation::readUnaligned, cycle, master.araddr, master.arsize);
        if ((master.araddr & 4095) + bytes > 4096) violate(Violation::readCrosses4k, cycle, master.araddr, bytes);
        if (!m_config.respondOutside && !inside(master.araddr, bytes)) violate(Violation::readOutside, cycle, master.araddr, bytes);
        m_reads.push_back({master.araddr, cycle + 1 + m_config.readLatency, master.arid, static_cast<uint16_t>(master.arlen + 1), 0, master.arsize});
        ++statistics.readBursts;
        statistics.mostReads = std::max<uint64_t>(statistics.mostReads, m_reads.size());
        statistics.lastActivity = cycle;
    }

    void offerResponse(uint64_t cycle) {
        slave.bvalid = false;
        if (m_writes.empty() || m_filling == 0 || stalled(B)) return;
        const ptrdiff_t index =
            pick(m_writes, [&](const WriteBurst& burst) { return burst.done == burst.beats && burst.ready <= cycle; });
        if (index < 0) return;
        m_answered = static_cast<size_t>(index);
        WriteBurst& burst = m_writes[m_answered];
        if (burst.response == 0) apply(burst);
        else ++statistics.writeErrors;
        slave.bvalid = true;
        slave.bid = burst.id;
        slave.bresp = burst.response;
    }

    void apply(const WriteBurst& burst) {
        for (uint16_t beat = 0; beat < burst.beats; ++beat) {
            const uint64_t address = burst.address + (uint64_t{beat} << burst.size);
            const uint64_t word = (address & ~uint64_t{BeatBytes - 1}) - m_config.base;
            const uint64_t strobe = burst.strobes[beat];
            const uint8_t* data = burst.data.data() + size_t{beat} * BeatBytes;
            if (BeatBytes <= 64 && strobe == (~uint64_t{0} >> (64 - BeatBytes))) {
                std::memcpy(m_config.image + word, data, BeatBytes);
            } else {
                for (unsigned i = 0; i < BeatBytes; ++i)
                    if (strobe >> i & 1) m_config.image[word + i] = data[i];
            }
        }
    }

    void sampleWrite(uint64_t cycle) {
        if (m_awWaiting && (!master.awvalid || master.awaddr != m_before.awaddr || master.awid != m_before.awid ||
                            master.awlen != m_before.awlen || master.awsize != m_before.awsize || master.awburst != m_before.awburst))
            violate(Violation::writeAddressUnstable, cycle, m_before.awaddr);
        m_awWaiting = master.awvalid && !slave.awready;
        if (m_awWaiting) {
            m_before.awaddr = master.awaddr, m_before.awid = master.awid, m_before.awlen = master.awlen;
            m_before.awsize = master.awsize, m_before.awburst = master.awburst;
        }
        if (m_wWaiting && (!master.wvalid || master.wstrb != m_before.wstrb || master.wlast != m_before.wlast ||
                           std::memcmp(master.wdata, m_wdataBefore, BeatBytes) != 0))
            violate(Violation::writeDataUnstable, cycle, m_writes.empty() ? 0 : m_writes.back().address);
        m_wWaiting = master.wvalid && !slave.wready;
        if (m_wWaiting) {
            ++statistics.writeDataHeld;
            m_before.wstrb = master.wstrb, m_before.wlast = master.wlast;
            std::memcpy(m_wdataBefore, master.wdata, BeatBytes);
        }
        m_responseHeld = slave.bvalid && !master.bready;
        if (slave.bvalid && master.bready) {
            m_writes.erase(m_writes.begin() + static_cast<ptrdiff_t>(m_answered));
            --m_filling;
            statistics.lastActivity = cycle;
        }
        if (master.wvalid && slave.wready) takeBeat(m_writes[m_filling], cycle);
        if (master.awvalid && slave.awready) acceptWrite(cycle);
    }

    void takeBeat(WriteBurst& burst, uint64_t cycle) {
        const uint64_t address = burst.address + (uint64_t{burst.done} << burst.size);
        const uint64_t lanes = burst.size >= 6 ? ~uint64_t{0} : (uint64_t{1} << (1u << burst.size)) - 1;
        const uint64_t window = lanes << (address & (BeatBytes - 1));
        if (master.wstrb & ~window) violate(Violation::strobeOutsideBeat, cycle, address, master.wstrb);
        const uint8_t response = injected(true, m_writeBeatsTaken++, address);
        if (response != 0) burst.response = response;
        else if (!inside(address, uint64_t{1} << burst.size)) burst.response = 3;
        burst.data.insert(burst.data.end(), master.wdata, master.wdata + BeatBytes);
        burst.strobes.push_back(master.wstrb & window);
        const bool last = ++burst.done == burst.beats;
        if (last && !master.wlast) violate(Violation::lastMissing, cycle, address, burst.beats);
        if (!last && master.wlast) violate(Violation::lastEarly, cycle, address, burst.done);
        ++statistics.writeBeats;
        statistics.writeBytes += static_cast<uint64_t>(__builtin_popcountll(master.wstrb));
        statistics.lastActivity = cycle;
        if (master.wstrb != 0) statistics.lastWriteCycle = cycle;
        m_writeTokens -= std::min(m_writeTokens, uint64_t{BeatBytes} << 16);
        if (last) {
            burst.ready = cycle + 1 + m_config.writeLatency;
            ++m_filling;
        }
    }

    void acceptWrite(uint64_t cycle) {
        const uint64_t bytes = (uint64_t{master.awlen} + 1) << master.awsize;
        if ((1u << master.awsize) > BeatBytes) violate(Violation::writeSize, cycle, master.awaddr, master.awsize);
        if (master.awburst != 1) violate(Violation::writeBurstType, cycle, master.awaddr, master.awburst);
        if (master.awaddr & ((uint64_t{1} << master.awsize) - 1)) violate(Violation::writeUnaligned, cycle, master.awaddr, master.awsize);
        if ((master.awaddr & 4095) + bytes > 4096) violate(Violation::writeCrosses4k, cycle, master.awaddr, bytes);
        if (!m_config.respondOutside && !inside(master.awaddr, bytes)) violate(Violation::writeOutside, cycle, master.awaddr, bytes);
        m_writes.push_back({master.awaddr, 0, master.awid, static_cast<uint16_t>(master.awlen + 1), 0, master.awsize, 0, {}, {}});
        m_writes.back().data.reserve(size_t{m_writes.back().beats} * BeatBytes);
        m_writes.back().strobes.reserve(m_writes.back().beats);
        ++statistics.writeBursts;
        statistics.mostWrites = std::max<uint64_t>(statistics.mostWrites, m_writes.size());
        statistics.lastActivity = cycle;
    }
};

}  // namespace systole

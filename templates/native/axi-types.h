// Settings, counts, findings and pins of the memory behind an AXI4 port.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace systole {

/** Breaches of the protocol by the design; the values are known to memory-model.ts. */
enum class Violation : int {
    readCrosses4k = 1,
    writeCrosses4k,
    readUnaligned,
    writeUnaligned,
    readBurstType,
    writeBurstType,
    readSize,
    writeSize,
    readOutside,
    writeOutside,
    lastMissing,
    lastEarly,
    strobeOutsideBeat,
    readAddressUnstable,
    writeAddressUnstable,
    writeDataUnstable,
    liteUnexpectedWriteResponse,
    liteUnexpectedReadData,
};

struct ViolationRecord {
    Violation code;
    uint64_t cycle, address, detail;
};

/** One injected error: the beats of `channel` that are in the address range, or number `beat` from 0 (UINT64_MAX: by range). */
struct Fault {
    bool write;
    uint8_t response;  // 2 SLVERR, 3 DECERR
    uint64_t beat, from, to;
};

enum Channel { AR, R, AW, W, B, channels };
enum class Order { inOrder, reorder, interleave };

struct MemoryConfig {
    uint8_t* image = nullptr;
    uint64_t size = 0, base = 0;
    uint64_t readLatency = 0, writeLatency = 0;
    uint64_t readRate = 0, writeRate = 0;  // bytes per cycle, 16 fraction bits; 0: as wide as the bus
    uint32_t stall[channels] = {};         // probability of a stall in a cycle, 32 fraction bits
    uint64_t seed = 1;
    size_t maxReads = 16, maxWrites = 16;
    Order order = Order::inOrder;
    bool respondOutside = false;  // DECERR beyond the image instead of a violation
    std::vector<Fault> faults;
};

/** What the memory saw; cycles are UINT64_MAX when there was none. The order is known to memory-model.ts. */
struct MemoryStatistics {
    uint64_t readBytes = 0, writeBytes = 0, readBeats = 0, writeBeats = 0, readBursts = 0, writeBursts = 0;
    uint64_t readHeld = 0;        // cycles with read data offered and not taken
    uint64_t readAddressHeld = 0;  // cycles with a read address offered and not taken
    uint64_t writeDataHeld = 0;    // cycles with write data offered and not taken
    uint64_t mostReads = 0, mostWrites = 0;
    uint64_t lastReadCycle = UINT64_MAX, lastWriteCycle = UINT64_MAX, lastActivity = UINT64_MAX;
    uint64_t readErrors = 0, writeErrors = 0;
};

/** The master's outputs, copied from the settled design. `wdata` points into the model. */
struct MasterPins {
    bool arvalid = false, rready = false, awvalid = false, wvalid = false, wlast = false, bready = false;
    uint8_t arlen = 0, arsize = 0, arburst = 0, awlen = 0, awsize = 0, awburst = 0;
    uint32_t arid = 0, awid = 0;
    uint64_t araddr = 0, awaddr = 0, wstrb = 0;
    const uint8_t* wdata = nullptr;
};

/** The slave's outputs; `rdata` holds rdataBytes and is written only when `rdataChanged`. */
template <unsigned BeatBytes>
struct SlavePins {
    bool arready = false, rvalid = false, rlast = false, awready = false, wready = false, bvalid = false;
    uint8_t rresp = 0, bresp = 0;
    uint32_t rid = 0, bid = 0;
    bool rdataChanged = true;
    uint8_t rdata[BeatBytes] = {};
};

}  // namespace systole

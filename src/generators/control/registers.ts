import {
  bool,
  cat,
  input,
  instance,
  match,
  module,
  mux,
  output,
  reg,
  times,
  uint,
  uintLit,
  when,
  wire,
} from "../../hdl/index.ts";
import type { Bool, Uint, UintReg } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { COMMAND_BYTES, CONTROL_BITS, REGISTERS, SEMAPHORE_BASE } from "../../isa/index.ts";
import type { Register } from "../../isa/index.ts";
import {
  AXI_ADDRESS_BITS,
  axiLiteSlave,
  BURST_BOUNDARY_BYTES,
  connect,
  REGISTER_ADDRESS_BITS,
} from "../common/index.ts";
import { AxiLite } from "./axi-lite.ts";
import { machineShape, registerValues } from "./register-values.ts";

/** What the host has set; constant while a program runs. */
export const settingsShape = {
  /** Address of the first command in units of commands, and their number. */
  firstCommand: uint(AXI_ADDRESS_BITS - Math.log2(COMMAND_BYTES)),
  commandCount: uint(32),
  base: uint(AXI_ADDRESS_BITS),
  limit: uint(32),
} as const;

/**
 * The register file of `src/isa/registers.ts`, and the interrupt.
 *
 * ```
 *   t       CONTROL written with start; settings latched
 *   t + 1   start: everything a program uses is reset
 * ```
 *
 * The host may write the next settings while a program runs; a start while one runs is ignored. Wide values are read in
 * two halves and may move in between while a program runs.
 */
export const RegisterFile = module(
  "register_file",
  (p: Params) => ({
    axi: axiLiteSlave(),
    irq: output(bool),
    machine: input(machineShape(p)),
    /** A program starts: high for one cycle. */
    start: output(bool),
    clear: output(bool),
    settings: output(settingsShape),
  }),
  (io, p) => {
    const { machine } = io;
    const bus = instance(AxiLite, undefined);
    connect(bus.axi, io.axi);
    const { write } = bus;

    const settable = new Map<string, UintReg>();
    for (const register of REGISTERS.filter(({ access }) => access === "read-write")) {
      const value = reg(uint(32), { name: register.name.toLowerCase() });
      settable.set(register.name, value);
      when(write.valid.and(isAt(write.address, register)), () => {
        value.next = merge(value, write.data, write.strobes, unusedBits(register.name));
      });
    }
    const setting = (name: string): UintReg => settable.get(name) ?? missing(name);
    bus.writeKnown.set(
      REGISTERS.filter(({ access }) => access !== "read")
        .map((register) => isAt(write.address, register))
        .reduce((any, one) => any.or(one)),
    );

    const control = REGISTERS.find(({ name }) => name === "CONTROL") ?? missing("CONTROL");
    const controls = write.valid.and(isAt(write.address, control)).and(write.strobes.bit(0));
    const start = reg(bool);
    const clear = reg(bool);
    const starts = controls.and(write.data.bit(CONTROL_BITS.start)).and(machine.busy.not()).and(start.not());
    start.next = starts;
    clear.next = controls.and(write.data.bit(CONTROL_BITS.clear));
    io.start.set(start);
    io.clear.set(clear);

    const settings = reg(settingsShape, { reset: false });
    when(starts, () => {
      settings.next = {
        firstCommand: cat(setting("PROGRAM_HI"), setting("PROGRAM_LO")).shr(Math.log2(COMMAND_BYTES)),
        commandCount: setting("COMMANDS"),
        base: cat(setting("BASE_HI"), setting("BASE_LO")),
        limit: setting("LIMIT"),
      };
    });
    io.settings.set(settings);

    const irq = reg(bool);
    irq.next = setting("IRQ_ENABLE").bit(0).and(machine.done.or(machine.fault)).and(start.not());
    io.irq.set(irq);

    const value = wire(uint(32));
    const known = wire(bool);
    value.set(0);
    known.set(true);
    const values = registerValues(p, machine);
    const registers = REGISTERS.map(({ name, address }): [number, Uint] => [
      address,
      settable.get(name) ?? values.get(name) ?? missing(name),
    ]);
    const semaphores = machine.semaphores.map((count, s): [number, Uint] => [SEMAPHORE_BASE + 4 * s, count]);
    const reads = [...registers, ...semaphores].map(([address, register]) => [
      address >> 2,
      () => {
        value.set(register);
      },
    ]);
    match(
      bus.readAddress.bits(REGISTER_ADDRESS_BITS - 1, 2),
      Object.fromEntries(reads) as Record<number, () => void>,
      () => {
        known.set(false);
      },
    );
    bus.readValue.set(value);
    bus.readKnown.set(known);
  },
);

const isAt = (address: Uint, register: Register): Bool =>
  address.bits(REGISTER_ADDRESS_BITS - 1, 2).eq(register.address >> 2);

function missing(name: string): never {
  throw new Error(`register map: nothing drives register ${name}`);
}

/** Low bits that always read 0, because the value is aligned. */
function unusedBits(name: string): number {
  if (name === "PROGRAM_LO") return Math.log2(COMMAND_BYTES);
  return name === "BASE_LO" ? Math.log2(BURST_BOUNDARY_BYTES) : 0;
}

/** `old` with the bytes of `data` whose strobes are set, and `zeros` low bits cleared. */
function merge(old: Uint, data: Uint, strobes: Uint, zeros: number): Uint {
  const bytes = times(4, (i) => mux(strobes.bit(i), data.bits(8 * i + 7, 8 * i), old.bits(8 * i + 7, 8 * i)));
  const merged = cat(...bytes.reverse());
  return zeros === 0 ? merged : cat(merged.bits(31, zeros), uintLit(0, zeros));
}

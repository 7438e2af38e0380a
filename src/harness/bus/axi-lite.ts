/** The host's side of an AXI4-Lite port: one register access at a time, as templates/native/axi-lite.h does it. */
import type { HostOptions } from "../engine.ts";
import { violation, type Violation } from "../memory-model.ts";
import { readPin, type BusPins } from "./pins.ts";

const DRIVEN = ["awvalid", "wvalid", "bready", "arvalid", "rready", "awaddr", "araddr", "wdata", "wstrb"] as const;
const READ = ["awready", "wready", "bvalid", "bresp", "arready", "rvalid", "rdata", "rresp"] as const;
type Place<K extends string> = Readonly<Record<K, number>>;

export class AxiLiteHost {
  readonly #now: Uint32Array;
  readonly #sampled: Uint32Array;
  readonly #pin: Place<(typeof DRIVEN)[number] | (typeof READ)[number]>;
  readonly #order: NonNullable<HostOptions["writeOrder"]>;
  readonly #responseDelay: number;
  #state: "idle" | "write" | "read" = "idle";
  #address = 0;
  #data = 0;
  #addressTaken = false;
  #dataTaken = false;
  #waited = 0;
  /** Idle, and the ports say so. */
  #resting = false;
  #violations: Violation[] = [];
  /** Data and response of the last answer. */
  value = 0;
  response = 0;

  constructor({ writeOrder = "together", responseDelayCycles = 0 }: HostOptions, pins: BusPins) {
    this.#now = pins.now;
    this.#sampled = pins.sampled;
    this.#pin = Object.fromEntries([...DRIVEN, ...READ].map((signal) => [signal, pins.at(signal)])) as Place<
      (typeof DRIVEN)[number] | (typeof READ)[number]
    >;
    this.#order = writeOrder;
    this.#responseDelay = responseDelayCycles;
  }

  get idle(): boolean {
    return this.#state === "idle";
  }

  get violated(): boolean {
    return this.#violations.length > 0;
  }

  begin(write: boolean, address: number, data: number): void {
    this.#state = write ? "write" : "read";
    this.#address = address;
    if (write) this.#data = data;
    this.#addressTaken = this.#dataTaken = false;
    this.#waited = 0;
    this.#resting = false;
  }

  /** Gives up an access that the design never answers. */
  abandon(): void {
    this.#state = "idle";
  }

  drive(): void {
    if (this.#resting) return;
    const writing = this.#state === "write";
    const reading = this.#state === "read";
    const due = this.#addressTaken && this.#waited >= this.#responseDelay;
    this.#put("awvalid", writing && !this.#addressTaken && (this.#order !== "data-first" || this.#dataTaken));
    this.#put("wvalid", writing && !this.#dataTaken && (this.#order !== "address-first" || this.#addressTaken));
    this.#put("arvalid", reading && !this.#addressTaken);
    this.#put("bready", writing && this.#dataTaken && due);
    this.#put("rready", reading && due);
    if (this.#addressTaken && (this.#dataTaken || reading)) this.#waited++;
    const { awaddr, araddr, wdata, wstrb } = this.#pin;
    this.#now[awaddr] = this.#now[araddr] = this.#address;
    this.#now[wdata] = this.#data;
    this.#now[wstrb] = 15;
    this.#resting = this.#state === "idle";
  }

  #put(signal: (typeof DRIVEN)[number], value: boolean): void {
    this.#now[this.#pin[signal]] = value ? 1 : 0;
  }

  #high(signal: (typeof DRIVEN)[number] | (typeof READ)[number]): boolean {
    return this.#sampled[this.#pin[signal]] !== 0;
  }

  sample(cycle: number): void {
    // In every cycle, so without a look-up by name.
    const answer = this.#sampled[this.#pin.bvalid] !== 0;
    const data = this.#sampled[this.#pin.rvalid] !== 0;
    // A response needs its request to have been taken in an earlier cycle.
    if (answer && !(this.#state === "write" && this.#addressTaken && this.#dataTaken))
      this.#unexpected("unexpected-write-response", cycle);
    if (data && !(this.#state === "read" && this.#addressTaken)) this.#unexpected("unexpected-read-data", cycle);
    if (this.#state === "idle") return;
    if (this.#high("awvalid") && this.#high("awready")) this.#addressTaken = true;
    if (this.#high("arvalid") && this.#high("arready")) this.#addressTaken = true;
    if (this.#high("wvalid") && this.#high("wready")) this.#dataTaken = true;
    if (answer && this.#high("bready")) this.#answer("bresp", this.value);
    else if (data && this.#high("rready")) this.#answer("rresp", readPin(this.#sampled, this.#pin.rdata, 1));
  }

  #answer(response: "bresp" | "rresp", value: number): void {
    this.response = this.#sampled[this.#pin[response]]!;
    this.value = value;
    this.#state = "idle";
  }

  #unexpected(code: "unexpected-write-response" | "unexpected-read-data", cycle: number): void {
    if (this.#violations.length === 0) this.#violations.push(violation(code, cycle, this.#address, 0));
  }

  takeViolations(): Violation[] {
    const violations = this.#violations;
    this.#violations = [];
    return violations;
  }
}

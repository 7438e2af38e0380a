import type { Data } from "../../data.ts";
import { instance } from "../../module.ts";
import type { Bool, Signal } from "../../signal.ts";
import type { PartOptions } from "../part.ts";
import { inEveryCycle } from "../part.ts";
import type {
  axi4,
  axi4Read,
  axi4Write,
  axiLite,
  axiStream,
  Axi4Params,
  AxiLiteParams,
  AxiStreamParams,
  Observable,
} from "./bundles.ts";
import { Axi4ReadMonitor, Axi4WriteMonitor, AxiLiteMonitor, AxiStreamMonitor } from "../modules/axi/monitors.ts";

/** Options of a monitor. */
export interface WatchOptions extends PartOptions {
  /** Transactions that may be under way at a time, of each id and direction. Default: 16. */
  readonly outstanding?: number;
}

/** Places an {@link Axi4ReadMonitor} on the read channels of an interface, whichever end this is; high when nothing is under way. */
export function watchAxi4Read(
  axi: Observable<ReturnType<typeof axi4Read>>,
  params: Axi4Params,
  { outstanding = 16, ...part }: WatchOptions = {},
): Bool {
  const { addressBits, dataBits, idBits } = params;
  const monitor = instance(Axi4ReadMonitor, { addressBits, dataBits, idBits, outstanding }, part);
  attach(monitor.axi, axi);
  return monitor.idle;
}

/** Places an {@link Axi4WriteMonitor} on the write channels of an interface; high when nothing is under way. */
export function watchAxi4Write(
  axi: Observable<ReturnType<typeof axi4Write>>,
  params: Axi4Params,
  { outstanding = 16, ...part }: WatchOptions = {},
): Bool {
  const { addressBits, dataBits, idBits } = params;
  const monitor = instance(Axi4WriteMonitor, { addressBits, dataBits, idBits, outstanding }, part);
  attach(monitor.axi, axi);
  return monitor.idle;
}

/** Both monitors of an AXI4 interface; high when nothing is under way. */
export function watchAxi4(
  axi: Observable<ReturnType<typeof axi4>>,
  params: Axi4Params,
  { outstanding = 16, name = "axi" }: WatchOptions = {},
): Bool {
  const reads = watchAxi4Read(axi, params, { outstanding, name: `${name}_reads` });
  return reads.and(watchAxi4Write(axi, params, { outstanding, name: `${name}_writes` }));
}

/** Places an {@link AxiLiteMonitor} on an interface; high when nothing is under way. */
export function watchAxiLite(
  axi: Observable<ReturnType<typeof axiLite>>,
  { addressBits, dataBits }: AxiLiteParams,
  { outstanding = 16, ...part }: WatchOptions = {},
): Bool {
  const monitor = instance(AxiLiteMonitor, { addressBits, dataBits, outstanding }, part);
  attach(monitor.axi, axi);
  return monitor.idle;
}

/** Places an {@link AxiStreamMonitor} on an interface. */
export function watchAxiStream(
  axi: Observable<ReturnType<typeof axiStream>>,
  { dataBits }: AxiStreamParams,
  part: PartOptions = {},
): void {
  attach(instance(AxiStreamMonitor, { dataBits }, part).axi, axi);
}

/** Each input of a monitor gets the signal of its name. */
function attach(monitor: Data, axi: Data): void {
  const signals = axi as Readonly<Record<string, Signal>>;
  inEveryCycle(() => {
    for (const [name, to] of Object.entries(monitor as Readonly<Record<string, { set(value: Signal): void }>>)) {
      to.set(signals[name]!);
    }
  });
}

import { checkConfig, deriveParams } from "../../../src/config/index.ts";
import type { Params } from "../../../src/config/index.ts";

/** What a test configuration may say; KiB of scratchpad and accumulator. */
export interface TestConfig {
  readonly rows: number;
  readonly cols: number;
  readonly scratchpad: number;
  readonly accumulator: number;
  readonly dmaBits: number;
  readonly lanes?: number;
  readonly functions?: readonly string[];
  readonly semaphores?: number;
  readonly rowSlots?: number;
}

/** Parameters of a configuration that is no preset. */
export function testParams(config: TestConfig): Params {
  const { rows, cols, scratchpad, accumulator, dmaBits, lanes, functions, semaphores, rowSlots } = config;
  const given = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value });
  const value = {
    name: `test-${rows}x${cols}`,
    array: { rows, cols },
    scratchpad: { kib: scratchpad },
    accumulator: { kib: accumulator },
    dma: { bits: dmaBits },
    norm: { ...given("lanes", lanes), ...given("functions", functions), ...given("rowSlots", rowSlots) },
    ...given("semaphores", semaphores),
  };
  return deriveParams(checkConfig(value, "test"));
}

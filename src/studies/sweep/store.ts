/** Measured points under the hash of all that shaped them, in a file that grows with every point. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { SystoleError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/index.ts";
import { measuredPointSchema } from "./result.ts";
import type { MeasuredPoint } from "./result.ts";

const storeSchema = z.strictObject({ points: z.record(z.string(), measuredPointSchema) });

/** Points measured before. */
export class PointStore {
  readonly #file: string | undefined;
  readonly #points: Map<string, MeasuredPoint>;

  /** Reads `file` when it is there; without a file nothing is kept. Error: `sweep-resume`. */
  constructor(file: string | undefined) {
    this.#file = file;
    this.#points = new Map(file === undefined || !existsSync(file) ? [] : Object.entries(read(file).points));
  }

  get isEmpty(): boolean {
    return this.#points.size === 0;
  }

  get(key: string): MeasuredPoint | undefined {
    return this.#points.get(key);
  }

  /** Adds a point and writes the file. */
  add(key: string, point: MeasuredPoint): void {
    this.#points.set(key, point);
    if (this.#file === undefined) return;
    writeFileAtomic(this.#file, `${JSON.stringify({ points: Object.fromEntries(this.#points) }, undefined, 1)}\n`);
  }
}

function read(file: string): z.infer<typeof storeSchema> {
  try {
    return storeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new SystoleError({
      code: "sweep-resume",
      message: "not a file of measured points that systole sweep --resume has written",
      location: { file },
      remedy: "Name another file; one that is not there is made.",
      cause,
    });
  }
}

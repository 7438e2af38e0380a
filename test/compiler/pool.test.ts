import fc from "fast-check";
import { expect, test } from "vitest";
import { Pool } from "../../src/compiler/pool.ts";

test("allocations are inside the pool and never overlap; a refusal means that there is no room", () => {
  const requests = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 40 }), high: fc.boolean(), free: fc.nat({ max: 3 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(requests, (list) => {
      const pool = new Pool(100);
      const live: { readonly address: number; readonly size: number }[] = [];
      for (const { size, high, free } of list) {
        const address = pool.allocate(size, high ? "high" : "low");
        const taken = new Array<boolean>(100).fill(false);
        for (const block of live) taken.fill(true, block.address, block.address + block.size);
        if (address === undefined) {
          const fits = taken.some((_, at) => at + size <= 100 && !taken.slice(at, at + size).includes(true));
          expect(fits).toBe(false);
        } else {
          expect(address >= 0 && address + size <= 100).toBe(true);
          expect(taken.slice(address, address + size).includes(true)).toBe(false);
          live.push({ address, size });
        }
        if (free === 0 && live.length > 0) pool.free(live.shift()!.address);
        expect(pool.used).toBe(live.reduce((sum, block) => sum + block.size, 0));
      }
    }),
  );
});

test("short-lived blocks lie at the bottom, long-lived ones at the top", () => {
  const pool = new Pool(100);
  expect(pool.allocate(10, "low")).toBe(0);
  expect(pool.allocate(10, "high")).toBe(90);
  expect(pool.allocate(10, "high")).toBe(80);
  expect(pool.allocate(10, "low")).toBe(10);
  pool.free(0);
  expect(pool.allocate(5, "low")).toBe(0);
});

test("only what is allocated can be freed", () => {
  expect(() => {
    new Pool(8).free(3);
  }).toThrow("nothing is allocated at 3");
});

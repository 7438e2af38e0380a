import { expect, test } from "vitest";
import { asciiWave } from "../../src/waves/index.ts";
import { SystoleError } from "../../src/errors.ts";

/** A recording of three cycles: an instance, a second name, a signed number, an unknown bit. */
const vcd = `$timescale 1ps $end
$scope module top $end
$var wire 1 ! clock $end
$var wire 1 " valid $end
$var wire 8 # value [7:0] $end
$var reg 8 # value_1 [7:0] $end
$scope module part $end
$var reg 4 $ count [3:0] $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
0!
x"
b11111110 #
b1011 $
#5
1!
b0 $
#10
0!
1"
#15
1!
b1 #
#20
0!
0"
#25
1!
`;

test("signals of the top by default, each once, as the edges saw them", () => {
  expect(asciiWave(vcd)).toMatchInlineSnapshot(`
    "        0   1   2
    valid  ▁▁▁▁╱▔▔▔╲▁▁▁
    value  │254    │1  │"
  `);
});

test("signals by path and by radix, over some of the cycles", () => {
  const signals = ["value:signed", "value:hex", "part.count:binary", "valid"];
  expect(asciiWave(vcd, { signals, fromCycle: 1, toCycle: 3 })).toMatchInlineSnapshot(`
    "             1    2
    value       │-2  │1   │
    value       │fe  │01  │
    part.count  │0000     │
    valid       ▔▔▔▔▔╲▁▁▁▁"
  `);
});

test("Verilator's scope above the top is no part of a path", () => {
  const verilated = vcd
    .replace("$scope module top", "$scope module TOP $end\n$scope module top")
    .replace("$enddefinitions", "$upscope $end\n$enddefinitions");
  expect(asciiWave(verilated)).toBe(asciiWave(vcd));
});

test.each([
  ["valu", "the recording has no signal valu", "Did you mean value?"],
  ["other", "the recording has no signal other", "It has clock, valid, value, value_1, part.count."],
  [
    "value:octal",
    '"octal" in value:octal is no way to write a number',
    "Behind a colon stands unsigned, signed, hex or binary.",
  ],
])("%s: a mistake that says so", (signal, message, remedy) => {
  let mistake: unknown;
  try {
    asciiWave(vcd, { signals: [signal] });
  } catch (error) {
    mistake = error;
  }
  expect(mistake).toBeInstanceOf(SystoleError);
  expect(mistake).toMatchObject({ message, remedy });
});

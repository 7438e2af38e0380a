import { expect, test } from "vitest";
import { simulateVerilog, type VerilogDesign } from "../../src/harness/index.ts";
import { inliningHints } from "../../src/harness/inlining.ts";

/** A chain of `count` registers, each an instance. */
function chain(count: number): VerilogDesign {
  const links = Array.from({ length: count }, (_, i) => {
    return `  link ${i % 2 === 0 ? "" : "#(.WIDTH(8)) "}link_${i} (.clock(clock), .from(wires[${i}]), .to(wires[${i + 1}]));`;
  });
  return {
    top: "chain",
    ports: [
      { name: "clock", direction: "input", width: 1 },
      { name: "first", direction: "input", width: 8 },
      { name: "last", direction: "output", width: 8 },
    ],
    files: [
      {
        name: "link.sv",
        text: `module link #(parameter int WIDTH = 8) (input wire clock, input wire [WIDTH-1:0] from, output logic [WIDTH-1:0] to);
  always_ff @(posedge clock) to <= from;
endmodule
`,
      },
      {
        name: "chain.sv",
        text: `module chain (input wire clock, input wire [7:0] first, output logic [7:0] last);
  wire [7:0] wires[${count + 1}];
  assign wires[0] = first;
  assign last = wires[${count}];
${links.join("\n")}
endmodule
`,
      },
    ],
  };
}

test("modules with many instances are kept apart, others are left to Verilator", () => {
  expect(inliningHints(chain(32).files)).toBe('`verilator_config\nno_inline -module "link"\n');
  expect(inliningHints(chain(31).files)).toBe("`verilator_config\n");
});

test("a design with a module kept apart behaves the same", async () => {
  const { port, step, close } = await simulateVerilog(chain(40), { optimise: 0 });
  for (let i = 0; i < 60; i++) {
    port("first").poke(i);
    step();
    if (i >= 39) expect(port("last").peek()).toBe(i - 39);
  }
  close();
});

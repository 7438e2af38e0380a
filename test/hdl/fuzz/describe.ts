import { operators } from "./operators.ts";
import type { DesignPlan, Part } from "./plan.ts";

/** A plan as text: a line for each part, with the numbers of what it picks. */
export function describePlan({ modules }: DesignPlan): string {
  return modules
    .map(({ inputs, parts, outputWidth }, index) => {
      const name = index === modules.length - 1 ? "top" : `inner ${index}`;
      const ports = inputs.map(({ signed, width }) => `${signed ? "sint" : "uint"}(${width})`).join(", ");
      return [`${name}: ${ports} → ${outputWidth} bits`, ...parts.map((part) => `  ${describePart(part)}`)].join("\n");
    })
    .join("\n");
}

function describePart(part: Part): string {
  const { a, b, c, n, width, value } = part;
  const picks = `a ${a}, b ${b}, c ${c}, n ${n}, width ${width}, literal ${value}`;
  switch (part.kind) {
    case "operator":
      return `${operators[part.op % operators.length]![0]}  (${picks})`;
    case "wire":
    case "register":
      return `${part.signed ? "signed " : ""}${part.kind} of form ${part.form}  (${picks})`;
    case "machine":
    case "pipe":
    case "property":
      return `${part.kind}  (${picks})`;
    case "instance":
      return `${part.count} instances${part.ownReset ? " with a reset of their own" : ""}  (${picks})`;
    case "memory": {
      const ports = part.ports.map(({ access }) => access).join(", ");
      const traits = [`${part.lanes} lanes`, ...(part.old ? ["old"] : []), ...(part.single ? ["single port"] : [])];
      return `memory ${part.depth} x ${width}, ${traits.join(", ")}: ${ports}  (${picks})`;
    }
  }
}

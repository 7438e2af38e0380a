import { expect, test } from "vitest";
import { skipSettledInputs } from "../../src/harness/settled-inputs.ts";

const evaluate = `void Vmodel___024root___eval(Vmodel___024root* vlSelf) {
    // Body
    __VicoContinue = 1U;
    while (__VicoContinue) {
        __VicoContinue = 0U;
        if (vlSelf->__VicoTriggered.any()) {
            __VicoContinue = 1U;
            Vmodel___024root___eval_ico(vlSelf);
        }
    }
}
`;
const logic = (
  expression: string,
): string => `VL_INLINE_OPT void Vmodel___024root___ico_sequent__TOP__0(Vmodel___024root* vlSelf) {
    // Body
    vlSelf->y = ${expression};
}
`;

test("the first round over the inputs' logic is left out when they are settled, later rounds are not", () => {
  const other = {
    name: "other.cpp",
    text: "void Vmodel___024root___nba(Vmodel___024root* vlSelf) {\n    vlSelf->clock;\n}\n",
  };
  const changed = skipSettledInputs([{ name: "root.cpp", text: logic("vlSelf->a") + evaluate }, other]);
  expect(changed).toEqual([
    {
      name: "root.cpp",
      text: logic("vlSelf->a") + evaluate.replace("= 1U;", "= !systole::inputsSettled;"),
    },
  ]);
});

test("nothing changes where the clock feeds logic, or where the code has another form", () => {
  expect(skipSettledInputs([{ name: "root.cpp", text: logic("vlSelf->a & vlSelf->clock") + evaluate }])).toEqual([]);
  expect(skipSettledInputs([{ name: "root.cpp", text: logic("vlSelf->a") }])).toEqual([]);
  const unknown = evaluate.replaceAll("__VicoContinue", "__VotherContinue");
  expect(skipSettledInputs([{ name: "root.cpp", text: unknown }])).toEqual([]);
});

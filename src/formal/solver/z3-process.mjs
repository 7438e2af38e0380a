// z3's WebAssembly build in a process of its own: it computes without a pause, so that only ending the process stops it.
// Messages { id, fresh, commands } come in; { id, output } or { id, failure } go out.
import { createRequire } from "node:module";

const startZ3 = createRequire(import.meta.url)("z3-solver/build/z3-built.js");
const z3 = await startZ3();
let context = 0;

const fresh = () => {
  if (context !== 0) z3._Z3_del_context(context);
  const config = z3._Z3_mk_config();
  context = z3._Z3_mk_context(config);
  z3._Z3_del_config(config);
};

process.on("message", (message) => {
  const { id, commands } = message;
  try {
    if (message.fresh || context === 0) fresh();
    const output = z3.ccall("Z3_eval_smtlib2_string", "string", ["number", "string"], [context, commands]);
    process.send({ id, output });
  } catch (failure) {
    process.send({ id, failure: String(failure) });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });

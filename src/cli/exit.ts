/** How a command ends. */

/** Exit codes of the `systole` command, as documented in docs/cli.md. */
export const EXIT = {
  ok: { code: 0, doc: "success" },
  differences: { code: 1, doc: "a result differs from the integer reference" },
  usage: { code: 2, doc: "wrong options, configuration, model, program or text" },
  hardware: { code: 3, doc: "the simulated accelerator stopped with a fault, or hung" },
  missed: { code: 4, doc: "a performance figure misses its bar" },
  internal: { code: 70, doc: "a defect in Systole itself" },
  interrupted: { code: 130, doc: "interrupted" },
} as const;

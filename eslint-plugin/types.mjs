// What the type checker knows of an expression. Signals are told by their methods, wherever the package is installed.

const MARKS = ["reduceOr", "asSint", "bits", "width"];

/** The services of typescript-eslint's parser; the rules are of no use without types. */
export function servicesOf(context) {
  const services = context.sourceCode.parserServices;
  if (services?.program) return services;
  throw new Error("The rules of systole need types: set parserOptions.projectService of typescript-eslint.");
}

/** The parts of a union, or the type alone. */
function partsOf(type) {
  return type.isUnion() ? type.types : [type];
}

function isMissing(type) {
  return type.intrinsicName === "undefined" || type.intrinsicName === "null";
}

function isOneSignal(type) {
  return MARKS.every((name) => type.getProperty(name) !== undefined);
}

/** Whether a type is that of signals, or of signals that may be missing when `orMissing` is set. */
export function isSignalType(type, { orMissing }) {
  const parts = partsOf(type);
  const present = parts.filter((part) => !isMissing(part));
  return present.length > 0 && present.every(isOneSignal) && (orMissing || present.length === parts.length);
}

/** Whether an expression is a signal; `orMissing`: or `undefined`, as an element of an array or an option may be. */
export function isSignal(services, node, { orMissing = true } = {}) {
  return isSignalType(services.getTypeAtLocation(node), { orMissing });
}

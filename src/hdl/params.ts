const ids = new WeakMap<object, number>();
let lastId = 0;

/** A number for an object, the same for the same object. */
export function identity(value: object): number {
  let id = ids.get(value);
  if (id === undefined) ids.set(value, (id = ++lastId));
  return id;
}

/**
 * A text equal for parameters equal by value: numbers, strings, booleans, bigints, arrays and plain records; functions
 * and instances of classes count by identity.
 */
export function paramsKey(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `#${identity(value)}`;
  if (value === undefined) return "undefined";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(paramsKey).join()}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return `#${identity(value)}`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${paramsKey(field)}`).join()}}`;
}

import { scope, withStatements } from "../context.ts";
import { declaration, type Declaration } from "../declare.ts";

/** Options of library parts; a name is read from the source when none is given. */
export interface PartOptions {
  readonly name?: string;
}

/** Where a part is declared, and the names of what is in it. */
export interface PartDeclaration extends Declaration {
  /** The declaration of `<part>_<suffix>`. */
  readonly inner: (suffix: string) => Declaration;
}

/** The declaration of a part: its name is the one given, or read from the source, or `fallback`. */
export function declarePart(what: string, fallback: string, { name }: PartOptions): PartDeclaration {
  const at = declaration(what, fallback, name);
  return { ...at, inner: (suffix) => ({ ...at, hint: `${at.hint}_${suffix}` }) };
}

/** Statements that apply in every cycle, whatever `when` is open around the part. */
export function inEveryCycle(statements: () => void): void {
  withStatements(scope("a part").module.body, statements);
}

/** What an index file exports: names in sections, each with the declarations that stand behind it. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import ts from "typescript";

/** A declaration with a name of its own. */
export type Declaration =
  | ts.FunctionDeclaration
  | ts.VariableDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration;

/** An exported name: overloads of a function, or a constant and a type of one name, are several declarations. */
export interface Exported {
  readonly name: string;
  /** Absolute path of the file that declares it. */
  readonly file: string;
  readonly declarations: readonly Declaration[];
}

/** A line comment of the index file and the exports below it. */
export interface Section {
  readonly title: string;
  readonly exported: readonly Exported[];
}

/** The sections of an index file; exports before the first comment stand under "General". */
export function sectionsOf(index: string): Section[] {
  const source = parse(index);
  const sections: { title: string; exported: Exported[] }[] = [];
  for (const statement of source.statements) {
    const title = titleAbove(source, statement);
    const passed = passedOn(index, statement);
    if (passed !== undefined) {
      // The sections of the file whose exports are passed on, under the title here.
      sections.push(
        ...sectionsOf(passed).map((one) => ({ title: `${title ?? ""}: ${one.title}`, exported: [...one.exported] })),
      );
      continue;
    }
    if (title !== undefined || sections.length === 0) sections.push({ title: title ?? "General", exported: [] });
    sections.at(-1)!.exported.push(...exportsOf(index, statement));
  }
  return sections.filter(({ exported }) => exported.length > 0);
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  let source = parsed.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023, true);
    parsed.set(file, source);
  }
  return source;
}

function titleAbove(source: ts.SourceFile, statement: ts.Statement): string | undefined {
  const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const last = comments.filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia).at(-1);
  return last && source.text.slice(last.pos + 2, last.end).trim();
}

/** The file of `export * from "…"`. */
function passedOn(file: string, statement: ts.Statement): string | undefined {
  if (!ts.isExportDeclaration(statement) || statement.exportClause !== undefined) return undefined;
  const from = statement.moduleSpecifier;
  return from !== undefined && ts.isStringLiteral(from) ? resolve(dirname(file), from.text) : undefined;
}

function exportsOf(file: string, statement: ts.Statement): Exported[] {
  if (!ts.isExportDeclaration(statement)) {
    return declared(statement).map((one) => ({ name: one.name!.getText(), file, declarations: [one] }));
  }
  const from = statement.moduleSpecifier;
  if (from === undefined || !ts.isStringLiteral(from)) return [];
  const target = resolve(dirname(file), from.text);
  const clause = statement.exportClause;
  if (clause === undefined) return sectionsOf(target).flatMap((section) => section.exported);
  if (!ts.isNamedExports(clause)) return [];
  return clause.elements.map((element) => {
    const found = find(target, (element.propertyName ?? element.name).text);
    return { ...found, name: element.name.text };
  });
}

/** The declarations of a name, in this file or in those it re-exports from. */
function find(file: string, name: string): Exported {
  const source = parse(file);
  const declarations = source.statements.flatMap(declared).filter((one) => one.name?.getText() === name);
  if (declarations.length > 0) return { name, file, declarations };
  const passed = source.statements.filter(ts.isExportDeclaration).flatMap((statement) => exportsOf(file, statement));
  const found = passed.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${file} exports no ${name}`);
  return found;
}

function declared(statement: ts.Statement): Declaration[] {
  if (ts.isVariableStatement(statement)) return [...statement.declarationList.declarations];
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed ? [statement] : [];
}

/** Declarations as they would stand in a declaration file: without bodies, private members and initialisers. */
import ts from "typescript";
import type { Declaration } from "./exports.ts";

/** The docstring of a declaration as Markdown, links and code kept; empty without one. */
export function docOf(node: ts.Node): string {
  const host = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const [doc] = ts.getJSDocCommentsAndTags(host).filter(ts.isJSDoc).slice(-1);
  return doc === undefined ? "" : plainDoc(doc);
}

function plainDoc(doc: ts.JSDoc): string {
  const lines = doc
    .getText()
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n");
  return lines
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** The declarations of one name as code. */
export function signature(declarations: readonly Declaration[]): string {
  const functions = declarations.filter(ts.isFunctionDeclaration);
  // Of an overloaded function the implementation is nobody's business.
  const hidden = functions.length > 1 ? functions.find((one) => one.body !== undefined) : undefined;
  return declarations
    .filter((one) => one !== hidden)
    .map(one)
    .join("\n")
    .replace(/\{@link (\w+)\}/g, "$1");
}

function one(node: Declaration): string {
  if (ts.isFunctionDeclaration(node)) return head(node, node.body).replace(/;?$/, ";");
  if (ts.isVariableDeclaration(node)) return variable(node);
  if (ts.isClassDeclaration(node)) return classText(node);
  return dedent(head(node, undefined), node);
}

/** The text of a node up to its body, without `export`. */
function head(node: ts.Node, body: ts.Node | undefined): string {
  const text = node.getSourceFile().text.slice(node.getStart(), body?.getStart() ?? node.getEnd());
  return text.replace(/^export (default )?/, "").trimEnd();
}

function variable(node: ts.VariableDeclaration): string {
  const name = node.name.getText();
  if (node.type !== undefined) return `const ${name}: ${node.type.getText()};`;
  const value = node.initializer;
  if (value === undefined || !ts.isCallExpression(value)) return `const ${name} = ${value?.getText() ?? "…"};`;
  // A module: its ports say what it is.
  const [, ports] = value.arguments;
  return `const ${name} = ${value.expression.getText()}(…, ${ports === undefined ? "" : dedent(ports.getText(), ports)}, …);`;
}

function classText(node: ts.ClassDeclaration): string {
  const [open] = /^[^{]*\{/.exec(head(node, undefined)) ?? [""];
  const members = node.members.filter(isPublic).map((member) => {
    const docs = docOf(member);
    const comment =
      docs === "" ? "" : `  /** ${docs.replace(/\{@link (\w+)\}/g, "$1").replaceAll("\n", "\n   * ")} */\n`;
    return `${comment}  ${memberText(member)}`;
  });
  return [open, ...members, "}"].join("\n");
}

/** Neither private nor protected; constructors of signals are the language's own. */
function isPublic(member: ts.ClassElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false;
  if (ts.isConstructorDeclaration(member) || ts.isSemicolonClassElement(member)) return false;
  const overloads = (member.parent as ts.ClassDeclaration).members.filter(
    (other) => other.name?.getText() === member.name?.getText() && ts.isMethodDeclaration(other),
  );
  return !(overloads.length > 1 && ts.isMethodDeclaration(member) && member.body !== undefined);
}

function memberText(member: ts.ClassElement): string {
  const body = ts.isMethodDeclaration(member) || ts.isAccessor(member) ? member.body : undefined;
  const text = member.getSourceFile().text.slice(member.getStart(), body?.getStart() ?? member.getEnd());
  const plain = text.replace(/^override /, "").trimEnd();
  if (ts.isPropertyDeclaration(member))
    return plain
      .replace(/ = ("\w+");?$/, ": $1")
      .replace(/ = [^]*$/, "")
      .replace(/;?$/, ";");
  return plain.replace(/;?$/, ";");
}

/** Lines after the first, moved left as far as the node itself stands right. */
function dedent(text: string, node: ts.Node): string {
  const source = node.getSourceFile();
  const line = source.text.slice(0, node.getStart()).split("\n").at(-1)!;
  const indent = /^\s*/.exec(line)![0].length;
  return text.replace(new RegExp(`\\n {${indent}}`, "g"), "\n");
}

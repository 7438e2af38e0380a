/** The type checker over all programs of the documentation at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Messages by file as `npx tsc --noEmit --pretty false` prints them, file names without folders. */
export function typeCheck(root: string, files: readonly string[]): Map<string, string[]> {
  const config = ts.parseConfigFileTextToJson("tsconfig.json", readFileSync(join(root, "tsconfig.json"), "utf8"));
  const { compilerOptions } = config.config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root);
  const program = ts.createProgram(files, options);
  const messages = new Map<string, string[]>();
  for (const file of files) {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    messages.set(
      file,
      found.map((one) => {
        const { line, character } = source.getLineAndCharacterOfPosition(one.start ?? 0);
        const name = file.slice(file.lastIndexOf("/") + 1);
        const text = ts.flattenDiagnosticMessageText(one.messageText, "\n");
        return `${name}(${line + 1},${character + 1}): error TS${one.code}: ${text}`;
      }),
    );
  }
  return messages;
}

/** Runs the programs of the documentation one after the other, in their folders, as `npx tsx <file>` does; one process for all. */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [listFile = "", resultFile = ""] = process.argv.slice(2);
const programs = JSON.parse(readFileSync(listFile, "utf8")) as { folder: string; file: string }[];
const outputs: string[] = [];
const write = process.stdout.write.bind(process.stdout);

for (const { folder, file } of programs) {
  process.chdir(folder);
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  try {
    await import(pathToFileURL(`${folder}/${file}`).href);
  } catch (error) {
    text += `${error instanceof Error ? error.message : String(error)}\n`;
  } finally {
    process.stdout.write = write;
  }
  outputs.push(text);
}
writeFileSync(resultFile, JSON.stringify(outputs));

import js from "@eslint/js";
import tseslint from "typescript-eslint";
import { recommended } from "./eslint-plugin/index.mjs";

export default tseslint.config(
  { ignores: ["node_modules", "rtl-out", ".cache", "out"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      // Follows two recursive types without end: in modules that are generic over the shapes of their ports.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ["src/generators/**/*.ts", "src/hdl/library/**/*.ts", "examples/**/*.ts"], ...recommended },
  {
    files: ["vitest.config.ts"],
    rules: { "no-restricted-exports": "off" },
  },
  {
    // What runs in the browser, in the page.
    files: ["templates/**/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        "document location history devicePixelRatio requestAnimationFrame getComputedStyle matchMedia addEventListener DOMMatrix ResizeObserver"
          .split(" ")
          .map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);

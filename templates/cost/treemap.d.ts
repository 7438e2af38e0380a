/** Types of treemap.js. */

/** What a tile stands for; `ge` of a node with children is the sum of theirs. */
export interface Weighted<Node> {
  readonly name: string;
  /** How often it is built in the whole design. */
  readonly instances: number;
  readonly ge: number;
  readonly children: readonly Node[];
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Tile<Node> extends Rect {
  readonly node: Node;
  /** 0 for the root of what is shown. */
  readonly depth: number;
  readonly leaf: boolean;
}

/** A name on the picture, and the gate equivalents beside it (`lines` 1) or below it (2); empty when there is no room. */
export interface Label<Node> extends Rect {
  readonly tile: Tile<Node>;
  readonly name: string;
  readonly value: string;
  readonly lines: 1 | 2;
  /** Of depth 1. */
  readonly block: boolean;
}

export function squarify(weights: readonly number[], rect: Rect): Rect[];
export function tiles<Node extends Weighted<Node>>(root: Node, rect: Rect, depth?: number): Tile<Node>[];
export function cells(
  count: number,
  width: number,
  height: number,
): { readonly columns: number; readonly rows: number };
export function title(node: { readonly name: string; readonly instances: number }): string;
export function short(n: number): string;
export function labels<Node extends Weighted<Node>>(
  all: readonly Tile<Node>[],
  measure: (text: string, bold: boolean) => number,
): Label<Node>[];

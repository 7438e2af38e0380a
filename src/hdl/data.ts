import type { Bool, BoolLike, Sint, SintLike, Uint, UintLike } from "./signal.ts";
import type { BoolWire, BoolReg, SintReg, SintWire, UintReg, UintWire } from "./nets.ts";
import type { BoolShape, SintShape, UintShape } from "./shapes.ts";

/** The readable signals of a shape: `Uint`, `Sint`, `Bool`, or a record or array of them. */
export type Value<S> = S extends BoolShape
  ? Bool
  : S extends UintShape
    ? Uint
    : S extends SintShape
      ? Sint
      : S extends readonly (infer E)[]
        ? number extends S["length"]
          ? readonly Value<E>[]
          : { readonly [K in keyof S]: Value<S[K]> }
        : { readonly [K in keyof S]: Value<S[K]> };

/** What may be assigned to a shape: signals or literals, field by field. */
export type Like<S> = S extends BoolShape
  ? BoolLike
  : S extends UintShape
    ? UintLike
    : S extends SintShape
      ? SintLike
      : S extends readonly (infer E)[]
        ? number extends S["length"]
          ? readonly Like<E>[]
          : { readonly [K in keyof S]: Like<S[K]> }
        : { readonly [K in keyof S]: Like<S[K]> };

/** What can be driven as a whole. It is there for every shape, so that modules may be generic over one. */
export interface Drivable<S> {
  /** Drives it, or every field of it; the last assignment that applies wins. */
  set(value: Like<S>): void;
}

/** A value that can be driven, as a whole or field by field. */
export type Wire<S> = (S extends BoolShape
  ? BoolWire
  : S extends UintShape
    ? UintWire
    : S extends SintShape
      ? SintWire
      : S extends readonly (infer E)[]
        ? number extends S["length"]
          ? readonly Wire<E>[]
          : { readonly [K in keyof S]: Wire<S[K]> }
        : { readonly [K in keyof S]: Wire<S[K]> }) &
  Drivable<S>;

/** What has a value after the next clock edge. */
export interface Clocked<S> {
  /** The value, or that of every field, after the next clock edge; unassigned, it keeps the present one. */
  set next(value: Like<S>);
}

/** A value with memory, assigned as a whole or field by field. */
export type Reg<S> = (S extends BoolShape
  ? BoolReg
  : S extends UintShape
    ? UintReg
    : S extends SintShape
      ? SintReg
      : S extends readonly (infer E)[]
        ? number extends S["length"]
          ? readonly Reg<E>[]
          : { readonly [K in keyof S]: Reg<S[K]> }
        : { readonly [K in keyof S]: Reg<S[K]> }) &
  Clocked<S>;

/** A signal, or a record or array of signals. */
export type Data = object;

/** The readable view of wires, registers and records of them. */
export type Plain<V> = V extends Bool
  ? Bool
  : V extends Uint
    ? Uint
    : V extends Sint
      ? Sint
      : V extends readonly (infer E)[]
        ? number extends V["length"]
          ? readonly Plain<E>[]
          : { readonly [K in keyof V]: Plain<V[K]> }
        : { readonly [K in keyof V as K extends "set" | "next" ? never : K]: Plain<V[K]> };

/** The shape of a value. */
export type ShapeOf<V> = V extends Bool
  ? BoolShape
  : V extends Uint
    ? UintShape
    : V extends Sint
      ? SintShape
      : V extends readonly (infer E)[]
        ? readonly ShapeOf<E>[]
        : { readonly [K in keyof V as K extends "set" | "next" ? never : K]: ShapeOf<V[K]> };

/**
 * Where each port of a design lies in the words that TypeScript and the native model share: little endian, in port
 * order, each port from a word of its own. The mailbox holds the layout twice: the values now, and the values that the last clock edge saw.
 */
import type { VerilogPort } from "./verilog.ts";

export interface MailboxSlot extends VerilogPort {
  /** First word. */
  readonly offset: number;
  /** 32-bit words. */
  readonly words: number;
}

export interface MailboxLayout {
  readonly slots: readonly MailboxSlot[];
  /** Words of one of the two halves. */
  readonly words: number;
}

export function mailboxLayout(ports: readonly VerilogPort[]): MailboxLayout {
  let offset = 0;
  const slots = ports.map((port) => {
    const slot = { ...port, offset, words: Math.ceil(port.width / 32) };
    offset += slot.words;
    return slot;
  });
  return { slots, words: offset };
}

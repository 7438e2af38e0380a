/**
 * Where each port of a design lies in the words that TypeScript and a simulation share. The mailbox holds the layout
 * twice: the values now, and the values that the last clock edge saw.
 */
import { layoutPorts, type PortLayout, type PortSlot } from "../hdl/simulate/index.ts";
import type { VerilogPort } from "./verilog.ts";

export type MailboxSlot = PortSlot<VerilogPort>;
export type MailboxLayout = PortLayout<VerilogPort>;

export function mailboxLayout(ports: readonly VerilogPort[]): MailboxLayout {
  return layoutPorts(ports);
}

/** Waves of simulations inside this process: VCD files, and text for snapshots. */
export { asciiWave, type AsciiWaveOptions, type WaveRadix } from "./ascii.ts";
export { WaveRecorder, type WaveWindow } from "./recorder.ts";
export { VcdWriter, type VcdVariable } from "./vcd-writer.ts";

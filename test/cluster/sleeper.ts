/** Programs that only sleep or only exit, as the bytes of static ELF files: a container needs a program, and the tests download nothing. */

const LOAD_ADDRESS = 0x400000n
const HEADER_BYTES = 64 + 56

/** x86-64: `for (;;) pause();` (system call 34). As process 1 it ignores SIGTERM, so give its pods a short grace period. */
const PAUSE_FOREVER = Buffer.from('b8220000000f05ebf7', 'hex')

/** x86-64: `exit(1)` (system call 60). */
const EXIT = Buffer.from('b83c000000bf010000000f05', 'hex')

/** @returns the bytes of an executable for linux/amd64 that waits forever and uses almost no memory */
export function sleeper(): Buffer {
  return executable(PAUSE_FOREVER)
}

/** @returns the bytes of an executable for linux/amd64 that fails immediately */
export function crasher(): Buffer {
  return executable(EXIT)
}

function executable(code: Buffer): Buffer {
  const size = BigInt(HEADER_BYTES + code.length)
  const file = Buffer.alloc(Number(size))
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt16LE(2, 16) // an executable
  file.writeUInt16LE(62, 18) // for x86-64
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(LOAD_ADDRESS + BigInt(HEADER_BYTES), 24) // where it starts
  file.writeBigUInt64LE(64n, 32) // the program header follows
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, 64) // load it
  file.writeUInt32LE(5, 68) // readable, executable
  file.writeBigUInt64LE(LOAD_ADDRESS, 80)
  file.writeBigUInt64LE(LOAD_ADDRESS, 88)
  file.writeBigUInt64LE(size, 96)
  file.writeBigUInt64LE(size, 104)
  file.writeBigUInt64LE(0x1000n, 112)
  code.copy(file, HEADER_BYTES)
  return file
}

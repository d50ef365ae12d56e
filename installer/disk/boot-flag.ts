import {closeSync, fsyncSync, openSync, readSync, writeSync} from 'node:fs';

/** Of the first entry of an MBR, which in a protective one is the only one. */
const flagOffset = 446;

/**
 * Changes a GPT with the boot flag of its protective MBR as it is: a BIOS that starts another system from the
 * disk may want it set, and sfdisk clears it with whatever it writes.
 */
export async function keepingBootFlag(path: string, change: () => Promise<void>): Promise<void> {
	const before = readFlag(path);
	await change();
	if (before.equals(readFlag(path))) return;
	const file = openSync(path, 'r+');
	try {
		writeSync(file, before, 0, before.length, flagOffset);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function readFlag(path: string): Buffer {
	const flag = Buffer.alloc(1);
	const file = openSync(path, 'r');
	try {
		readSync(file, flag, 0, flag.length, flagOffset);
	} finally {
		closeSync(file);
	}
	return flag;
}

import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {parseCommandLine, rootUuidOf} from '../boot/command-line.ts';
import {Refused} from '../errors.ts';
import type {PhysicalRoot} from './new-deployment.ts';

/**
 * The physical root that the running deployment started from, for others on the same one.
 * @param root what stands before all paths; for tests
 * @throws Refused `unknown-root` when the kernel's command line does not say
 */
export async function runningPhysicalRoot(root = '/'): Promise<PhysicalRoot> {
	const text = await readFile(path.join(root, '/proc/cmdline'), 'utf8');
	const rootUuid = rootUuidOf(text);
	const verityRequired = parseCommandLine(text)?.verityRequired;
	if (rootUuid !== undefined && verityRequired !== undefined) return {rootUuid, verityRequired};
	throw new Refused('unknown-root', 'the kernel command line has no root=UUID= or composefs=', {
		hint: 'Boot this machine from the boot menu without changes to its entries.',
	});
}

/** A TPM2 in software, for one machine after the other: what it keeps is kept in a folder. */
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import path from 'node:path';

/** For `skipped: …`; undefined where there can be one. */
export function whyNoTpm(): string | undefined {
	const {error} = spawnSync('swtpm', ['--version']);
	return error === undefined ? undefined : 'swtpm is not installed';
}

/**
 * Starts it, and gives the socket for the option `tpm` of a machine. It ends with the machine.
 * @param folder absolute; made when it is not there
 */
export function startTpm(folder: string): string {
	mkdirSync(folder, {recursive: true});
	const socket = path.join(folder, 'socket');
	execFileSync('swtpm', [
		...['socket', '--tpm2', '--tpmstate', `dir=${folder}`],
		...['--ctrl', `type=unixio,path=${socket}`, '--terminate', '--daemon'],
	]);
	return socket;
}

import {spawnSync} from 'node:child_process';
import {hash} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import * as assert from 'uvu/assert';

function qemuImg(...args: string[]): string {
	const {status, stdout, stderr, error} = spawnSync('qemu-img', args, {encoding: 'utf8'});
	if (error) throw error;
	assert.is(status, 0, `qemu-img ${args.join(' ')}: ${stdout}${stderr}`);
	return stdout;
}

/** Formats that `qemu-img check` knows. */
const checkable = new Set(['qcow2', 'vmdk', 'vhdx']);

/** That QEMU finds nothing wrong with an image, and on it what is on the raw disk. */
export function checkImage(format: string, image: string, raw: string): void {
	if (checkable.has(format)) {
		const found = JSON.parse(qemuImg('check', '--output=json', '-f', format, image));
		const {corruptions = 0, leaks = 0, 'check-errors': errors} = found;
		assert.equal({corruptions, leaks, errors}, {corruptions: 0, leaks: 0, errors: 0});
	}
	qemuImg('compare', '-f', 'raw', '-F', format, raw, image);
	// Zeros behind the end of the other are no difference to it.
	assert.is(describeImage(image)['virtual-size'], statSync(raw).size);
}

/** Its own conversion to compressed qcow2. */
export function convertCompressed(raw: string, image: string): void {
	qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, image);
}

export function describeImage(image: string): {readonly 'virtual-size': number} {
	return JSON.parse(qemuImg('info', '--output=json', image));
}

export function sha256(file: string): string {
	return hash('sha256', readFileSync(file));
}

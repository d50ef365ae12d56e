import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {MachineFacts} from '../config/arming.ts';

/** By what this machine is known, as far as it tells. @param root of the kernel's file systems, for tests */
export function readMachineIdentity(root = '/'): MachineFacts {
	const dmi = (name: string) => readAttribute(path.join(root, 'sys/class/dmi/id', name));
	return {
		serial: dmi('product_serial'),
		dmiUuid: dmi('product_uuid'),
		macs: readMacs(path.join(root, 'sys/class/net')),
	};
}

/** Of interfaces that are hardware; others make up their addresses. */
function readMacs(folder: string): string[] {
	return namesIn(folder).flatMap((name) => {
		const isHardware = namesIn(path.join(folder, name)).includes('device');
		return isHardware ? (readAttribute(path.join(folder, name, 'address')) ?? []) : [];
	});
}

function readAttribute(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8').trim() || undefined;
	} catch {
		return undefined;
	}
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder).sort();
	} catch {
		return [];
	}
}

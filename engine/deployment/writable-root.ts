import {mkdirSync, rmdirSync} from 'node:fs';
import type {System} from '../system/system.ts';
import {physicalRoot} from './read-status.ts';

/** A second view of the physical root, which the running system sees read-only. */
export const writableRootPath = '/run/slipway/physical';

export interface WritableRoot extends Disposable {
	readonly path: string;
}

/** Makes the physical root of the running machine writable for root alone, until it is disposed of. */
export function openWritableRoot(
	system: Pick<System, 'mount' | 'unmount'>,
	source = physicalRoot,
	path = writableRootPath,
): WritableRoot {
	// Nobody but root gets past this folder. One that a killed run left mounted is mounted over.
	mkdirSync(path, {recursive: true, mode: 0o700});
	system.mount(source, path, '', ['bind']);
	const close = () => {
		system.unmount(path, true);
		removeUnlessUsed(path);
	};
	try {
		system.mount('none', path, '', ['remount', 'bind']);
	} catch (error) {
		close();
		throw error;
	}
	return {path, [Symbol.dispose]: close};
}

/** It may be below what a killed run has left, or what another one uses. */
function removeUnlessUsed(folder: string): void {
	try {
		rmdirSync(folder);
	} catch (error) {
		const {code = ''} = error as NodeJS.ErrnoException;
		if (!['EBUSY', 'ENOENT'].includes(code)) throw error;
	}
}

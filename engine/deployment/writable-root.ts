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
	system.mount('none', path, '', ['remount', 'bind']);
	return {
		path,
		[Symbol.dispose]: () => {
			system.unmount(path, true);
			rmdirSync(path);
		},
	};
}

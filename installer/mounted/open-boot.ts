import {Refused} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {BootTarget} from './boot-target.ts';
import {type OpenVolume, openVolume} from './open-volume.ts';

/** Boot partitions that can be read and written, until this is disposed of. */
export interface OpenBoot extends Disposable {
	readonly esp: OpenVolume;
	/** Where entries and kernels go: XBOOTLDR, or the ESP itself. */
	readonly kernels: OpenVolume;
}

export async function openBoot(system: System, {esp, xbootldr}: BootTarget): Promise<OpenBoot> {
	if (esp === undefined) throw new Refused('no-esp', 'no EFI system partition was found');
	using cleanup = new DisposableStack();
	const openEsp = cleanup.use(await openVolume(system, esp));
	const kernels =
		xbootldr === undefined ? openEsp : cleanup.use(await openVolume(system, xbootldr));
	const open = cleanup.move();
	return {esp: openEsp, kernels, [Symbol.dispose]: () => open.dispose()};
}

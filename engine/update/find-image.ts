import type {ImageReference} from '../deployment/origin.ts';
import {EngineError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {System} from '../system/system.ts';
import {
	afterCheck,
	afterFailedCheck,
	readCachedUpdate,
	writeCachedUpdate,
} from './cached-update.ts';
import {type CheckResult, checkSource, openFound} from './check.ts';
import {readQuarantine, releaseReplaced, writeQuarantine} from './quarantine.ts';
import {openUpdateSource, type UpdateSource, type UpdateSourceOptions} from './update-source.ts';

export interface FindOptions extends UpdateSourceOptions {
	/** That which a check found before, and nothing else; no check is made then. */
	readonly digest?: Digest;
	/** Whether the machine follows the reference: what is known of the one that it does follow must stay. */
	readonly isFollowed: 'yes' | 'from-now-on' | 'no';
}

/** Disposed of by the caller when nothing more is read of the image. */
export interface FoundSource extends CheckResult, AsyncDisposable {
	readonly source: UpdateSource;
}

/**
 * Finds out what a reference leads to, and records it: everybody's status tells what the last check found,
 * and the updater goes by it. Why it failed is recorded too, a policy that says no among it.
 * @param place `physicalRoot` is writable
 */
export async function findImage(
	system: System,
	{physicalRoot, reference}: {physicalRoot: string; reference: ImageReference},
	options: FindOptions,
): Promise<FoundSource> {
	const {digest, isFollowed} = options;
	const {content: before} = await readCachedUpdate(physicalRoot);
	try {
		await using cleanup = new AsyncDisposableStack();
		const source = cleanup.use(await openUpdateSource(system, reference, options));
		const result =
			digest === undefined
				? await checkSource(source, reference, before)
				: await openFound(source, digest);
		if (digest === undefined && isFollowed !== 'no') {
			const cached = afterCheck(before, reference, result.found, system.now());
			await writeCachedUpdate(physicalRoot, cached);
			const {content: quarantine} = await readQuarantine(physicalRoot);
			if (quarantine !== undefined)
				await writeQuarantine(physicalRoot, releaseReplaced(quarantine, cached));
		}
		const open = cleanup.move();
		return {...result, source, [Symbol.asyncDispose]: () => open.disposeAsync()};
	} catch (error) {
		if (digest === undefined && isFollowed === 'yes' && error instanceof EngineError)
			await writeCachedUpdate(
				physicalRoot,
				afterFailedCheck(before, reference, error, system.now()),
			);
		throw error;
	}
}

import type {OpenRootVolume, RootVolume} from './root-volume.ts';

/** What is on the disk as its partition, and a volume on that. */
export function stackedVolume(lower: RootVolume, upper: RootVolume): RootVolume {
	return {
		target: upper.target,
		placeOf: (root) => upper.placeOf(lower.placeOf(root)),
		async open(root, report): Promise<OpenRootVolume> {
			await using cleanup = new AsyncDisposableStack();
			cleanup.use(await lower.open(root, report));
			const {recoveryKey} = cleanup.use(await upper.open(lower.placeOf(root), report));
			const opened = cleanup.move();
			return {recoveryKey, [Symbol.asyncDispose]: () => opened.disposeAsync()};
		},
	};
}

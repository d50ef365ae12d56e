/** The kernel command line of a deployment, and the parts of it that the initramfs reads. */
export interface DeploymentCommandLine {
	readonly deploymentId: string;
	/** fs-verity digest of the composefs image of the root file system, in hex. */
	readonly imageVerityDigest: string;
	/**
	 * Whether image and objects must have fs-verity. Written as in composefs-rs: `composefs=DIGEST`,
	 * and `composefs=?DIGEST` when they need not.
	 */
	readonly verityRequired: boolean;
}

/** Parameters that a deployment's entry sets itself, and what they name; kernel arguments must not. */
export const reservedParameters: ReadonlyMap<string, string> = new Map([
	['root', 'the disk'],
	['composefs', 'the image'],
	['slipway', 'the deployment'],
	['initrd', 'the initramfs'],
	['slipway.attempt', 'the attempt'],
	['slipway.trial', 'the trial'],
]);

export function formatCommandLine(
	{deploymentId, imageVerityDigest, verityRequired}: DeploymentCommandLine,
	{rootUuid, kernelArguments}: {rootUuid: string; kernelArguments: readonly string[]},
): string {
	return [
		`root=UUID=${rootUuid}`,
		'rw',
		`composefs=${verityRequired ? '' : '?'}${imageVerityDigest}`,
		`slipway=${deploymentId}`,
		...kernelArguments,
	].join(' ');
}

/** Undefined for the command line of anything that is not a deployment. */
export function parseCommandLine(text: string): DeploymentCommandLine | undefined {
	const values = new Map(splitCommandLine(text).map(splitParameter));
	const deploymentId = values.get('slipway');
	const [, optional, imageVerityDigest] =
		/^(\?)?([0-9a-f]+)$/.exec(values.get('composefs') ?? '') ?? [];
	if (!deploymentId || imageVerityDigest === undefined) return undefined;
	return {deploymentId, imageVerityDigest, verityRequired: optional === undefined};
}

/** UUID of the file system that a deployment's command line starts from; undefined when it names none. */
export function rootUuidOf(text: string): string | undefined {
	const parameters = splitCommandLine(text).map(splitParameter);
	const root = parameters.findLast(([name]) => name === 'root')?.[1];
	return /^UUID=(.+)$/.exec(root ?? '')?.[1];
}

/** Splits at spaces outside of double quotes, as the kernel does; the quotes stay. */
export function splitCommandLine(text: string): string[] {
	return text.match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? [];
}

/** The name of a parameter and what follows its `=`, without quotes. */
export function splitParameter(argument: string): [name: string, value: string] {
	const plain = argument.replaceAll('"', '');
	const equals = plain.indexOf('=');
	return equals < 0 ? [plain, ''] : [plain.slice(0, equals), plain.slice(equals + 1)];
}

/**
 * A deployment is named by the image it runs and a serial: `3f2a9c1b4d5e.0`. The same image may be
 * deployed again, with other kernel arguments or a fresh /etc, under the next serial.
 */
export type DeploymentId = string;

const form = /^([0-9a-f]{12})\.(0|[1-9]\d{0,8})$/;

export function isDeploymentId(text: string): boolean {
	return form.test(text);
}

/**
 * The ID for one more deployment of an image.
 * @param imageVerityDigest in hex
 * @param existing all IDs of which anything is left on this machine; others are passed over
 */
export function nextDeploymentId(
	imageVerityDigest: string,
	existing: Iterable<string>,
): DeploymentId {
	const prefix = imageVerityDigest.slice(0, 12);
	let serial = 0;
	for (const id of existing) {
		const [, itsPrefix, itsSerial] = form.exec(id) ?? [];
		if (itsPrefix === prefix) serial = Math.max(serial, Number(itsSerial) + 1);
	}
	return `${prefix}.${serial}`;
}

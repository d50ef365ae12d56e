import * as v from 'valibot';
import {Refused, UsageError} from '../errors.ts';
import {type ImageReference, isShortName, parseReference} from '../oci/reference.ts';
import type {System} from '../system/system.ts';
import type {PolicySubject} from '../trust/policy-subject.ts';

const schema = v.object({
	Id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
	GraphDriver: v.object({Name: v.string()}),
});
const storeSchema = v.object({store: v.object({graphRoot: v.string()})});

/**
 * What a name in podman's storage says; undefined for an ID. podman takes short names too, but a policy
 * goes by whole ones.
 * @throws UsageError
 */
export function storedReference(name: string): ImageReference | undefined {
	if (/^(sha256:)?[0-9a-f]+$/.test(name)) return undefined;
	if (!isShortName(name)) return parseReference(name);
	throw new UsageError(`"${name}" is not the whole name of an image in podman's storage`, {
		hint: `Write it as podman images shows it, such as localhost/${name}.`,
	});
}

/**
 * An image in podman's storage, as a policy is asked about it.
 * @throws Refused `no-such-image`
 * @throws UsageError
 */
export async function storedImage(
	system: Pick<System, 'run'>,
	name: string,
): Promise<PolicySubject> {
	const reference = storedReference(name);
	const exists = await system.run('podman', ['image', 'exists', name], {okStatuses: [0, 1]});
	if (exists.status === 1)
		throw new Refused('no-such-image', `podman's storage has no image ${name}`, {
			hint: 'See podman images for the names that it has.',
		});
	const inspect = ['image', 'inspect', '--format', 'json', name];
	const [image] = v.parse(v.tuple([schema]), await askPodman(system, inspect));
	const {store} = v.parse(storeSchema, await askPodman(system, ['info', '--format', 'json']));
	return {
		transport: 'containers-storage',
		store: {driver: image.GraphDriver.Name, root: store.graphRoot},
		reference,
		imageId: image.Id,
	};
}

async function askPodman(system: Pick<System, 'run'>, args: readonly string[]): Promise<unknown> {
	return JSON.parse((await system.run('podman', args)).stdout);
}

import * as v from 'valibot';
import {Refused} from '../errors.ts';
import {parseReference} from '../oci/reference.ts';
import {CommandFailed} from '../system/commands.ts';
import type {System} from '../system/system.ts';
import type {PolicySubject} from '../trust/policy-subject.ts';

const schema = v.object({
	Id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
	GraphDriver: v.object({Name: v.string()}),
});
const storeSchema = v.object({store: v.object({graphRoot: v.string()})});

/** An image in podman's storage, as a policy is asked about it. @throws Refused `no-such-image` */
export async function storedImage(
	system: Pick<System, 'run'>,
	name: string,
): Promise<PolicySubject> {
	const inspect = ['image', 'inspect', '--format', 'json', name];
	const [image] = v.parse(v.tuple([schema]), await askPodman(system, inspect, name));
	const {store} = v.parse(storeSchema, await askPodman(system, ['info', '--format', 'json'], name));
	return {
		transport: 'containers-storage',
		store: {driver: image.GraphDriver.Name, root: store.graphRoot},
		reference: /^[0-9a-f]+$/.test(name) ? undefined : parseReference(name),
		imageId: image.Id,
	};
}

async function askPodman(
	system: Pick<System, 'run'>,
	args: readonly string[],
	name: string,
): Promise<unknown> {
	try {
		return JSON.parse((await system.run('podman', args)).stdout);
	} catch (cause) {
		if (!(cause instanceof CommandFailed)) throw cause;
		throw new Refused('no-such-image', `podman's storage has no image ${name}`, {
			hint: 'See podman images for the names that it has.',
			cause,
		});
	}
}

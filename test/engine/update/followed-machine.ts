import path from 'node:path';
import type {ImageReference} from '../../../engine/deployment/origin.ts';
import {type MadeMachine, makeMachine, writeFile} from '../deployment/made-machine.ts';
import {sampleDeployment, sampleEntry} from '../deployment/samples.ts';
import {storeRoot} from '../store/stored-root.ts';

/** A machine in a folder, of version 0, that follows an image, if only a path the OCI layout there, and takes any. */
export async function followedMachine(followed: string | ImageReference): Promise<MadeMachine> {
	const machine = await makeMachine(async (physicalRoot) => {
		const {digest} = await storeRoot(physicalRoot, {'/etc/hosts': 'what runs'});
		const image =
			typeof followed === 'string' ? ({image: followed, transport: 'oci'} as const) : followed;
		const imageVerity = {algorithm: 'sha256', digest} as const;
		return {
			deployments: [sampleDeployment(0, {image, imageVersion: '0', imageVerity})],
			entries: [sampleEntry(0)],
			bootedId: '3f2a9c1b4d5e.0',
		};
	});
	const policy = '{"default": [{"type": "insecureAcceptAnything"}]}';
	writeFile(path.join(machine.root, 'etc/containers/policy.json'), policy);
	return machine;
}

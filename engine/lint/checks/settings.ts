import {imageKernelArguments, kernelArgumentFolders} from '../../boot/kargs.ts';
import {
	imageSettingsFile,
	unpullableWarning,
	updateReference,
} from '../../deployment/image-reference.ts';
import {UsageError} from '../../errors.ts';
import {parsePolicy} from '../../trust/policy.ts';
import {policyPlaces} from '../../trust/policy-places.ts';
import type {ImageRoot} from '../image-root.ts';
import type {Check, Problem} from '../lint.ts';

export const kernelArguments: Check = {
	name: 'kernel-arguments',
	severity: 'error',
	reason: 'An install stops at a file of kernel arguments that it cannot read.',
	fix: 'Write it as TOML: kargs = ["quiet"], and match-architectures = ["x86_64"] if not for all.',
	async find(root) {
		const problems: string[] = [];
		for (const folder of kernelArgumentFolders)
			for (const name of await root.list(folder))
				if (name.endsWith('.toml'))
					problems.push(...(await findArgumentMistake(root, `${folder}/${name}`)));
		return problems;
	},
};

async function findArgumentMistake(root: ImageRoot, path: string): Promise<string[]> {
	const text = await root.text(path);
	if (text === undefined) return [`${path} is not a file`];
	try {
		// Mistakes are found before the architecture matters.
		imageKernelArguments([{path, text}], 'x86_64');
		return [];
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return [error.message];
	}
}

export const imageReference: Check = {
	name: 'image-reference',
	severity: 'warning',
	reason: 'Machines look there for newer images, unless the person who installs says otherwise.',
	fix: 'Give the reference in the registry: RUN /usr/lib/slipway/setup REGISTRY/NAME:TAG',
	async find(root): Promise<Problem[]> {
		const imageSettings = await root.text(imageSettingsFile);
		try {
			const reference = updateReference({imageSettings});
			if (reference === undefined)
				return [{severity: 'note', message: `${imageSettingsFile} names no reference`}];
			const {image, unpullable} = reference;
			return unpullable === undefined
				? []
				: [unpullableWarning(image, unpullable, 'install').message];
		} catch (error) {
			if (!(error instanceof UsageError)) throw error;
			return [{severity: 'error', message: error.message}];
		}
	},
};

export const signaturePolicy: Check = {
	name: 'signature-policy',
	severity: 'warning',
	reason: 'Updates stop where no policy says whose images are taken.',
	fix: `Ship one; to take all images unsigned: echo '{"default": [{"type": "insecureAcceptAnything"}]}' > /usr/share/containers/policy.json`,
	async find(root) {
		for (const place of policyPlaces) {
			const text = await root.text(place);
			if (text !== undefined) return findPolicyMistake(place, text);
		}
		return [`there is neither ${policyPlaces.join(' nor ')}`];
	},
};

function findPolicyMistake(place: string, text: string): Problem[] {
	try {
		parsePolicy(place, Buffer.from(text));
		return [];
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return [error.message];
	}
}

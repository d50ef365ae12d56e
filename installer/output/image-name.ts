import {updateReference} from '../../engine/deployment/image-reference.ts';
import type {FitImage} from '../prepare-install.ts';

/** What files of an image are called: `myos` of `registry.example.com/os/myos:1`, or `disk` where nothing says. */
export function imageName({environment, files}: Pick<FitImage, 'environment' | 'files'>): string {
	const reference = updateReference({
		containerEnvironment: environment,
		imageSettings: files.imageSettings,
	});
	const [, name] = /([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(reference?.image ?? '') ?? [];
	return name ?? 'disk';
}

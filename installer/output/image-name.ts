import {parseContainerEnvironment} from '../../engine/deployment/image-reference.ts';

/** What files of an image are called: `myos` of `registry.example.com/os/myos:1`, or `disk` where nothing says. */
export function imageName(environment: string | undefined): string {
	const {image} = parseContainerEnvironment(environment ?? '');
	const [, name] = /([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(image ?? '') ?? [];
	return name ?? 'disk';
}

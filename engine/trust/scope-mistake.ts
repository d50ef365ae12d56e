import path from 'node:path';

/**
 * Why no image can ever match a scope, ends a sentence about it; undefined when one may. Scopes of
 * registries, and those of transports that are not ours, are all taken.
 */
export function scopeMistake(transport: string, scope: string): string | undefined {
	if (scope === '') return undefined;
	switch (transport) {
		case 'oci':
		case 'oci-archive':
			if (scope === '/') return 'and must say "" for all paths';
			return path.isAbsolute(scope) && scope === path.resolve(scope)
				? undefined
				: 'which is no absolute path in its shortest form';
		case 'docker-archive':
			return 'and can have "" alone';
		case 'containers-storage':
			return /^\[([^@\]]+@)?\/[^\]]*\]/.test(scope)
				? undefined
				: 'which does not begin with a store, such as [overlay@/var/lib/containers/storage]';
		default:
			return undefined;
	}
}
